namespace MdiQkd.Reconciliation;

/// <summary>
/// One circulant of a code: bit <c>i</c> of its row block checks frame bit
/// <c>Column * Z + (i + Shift) mod Z</c>.
/// </summary>
/// <param name="Column">Column block, 0 to <see cref="ReconciliationCode.ColumnBlocks"/> - 1.</param>
/// <param name="Shift">Rotation of the identity, 0 to Z - 1.</param>
public readonly record struct CheckEntry(int Column, int Shift);
