using System.Numerics;

namespace MdiQkd.Reconciliation;

/// <summary>
/// A quasi-cyclic code: a <see cref="BaseMatrix"/> lifted by Z. Its rows come in rounds; the rows of all rounds together
/// have full row rank over GF(2), so every syndrome bit sent costs exactly one bit of leak.
/// </summary>
/// <remarks>Bit order of frames and syndromes: bit i is bit i mod 64 (LSB first) of word i / 64.</remarks>
public sealed class ReconciliationCode
{
    private readonly BaseMatrix matrix;
    private readonly int[] rowStart;
    private readonly CheckEntry[] entries;

    internal ReconciliationCode(BaseMatrix matrix, int liftingSize, int liftingIndex)
    {
        this.matrix = matrix;
        LiftingSize = liftingSize;
        FirstRoundQber = matrix.FirstRoundQber[liftingIndex];
        rowStart = new int[matrix.RowBlocks + 1];
        var all = new List<CheckEntry>();
        for (int row = 0; row < matrix.RowBlocks; row++)
        {
            foreach (CheckEntry entry in matrix.Row(row))
            {
                all.Add(entry with { Shift = entry.Shift & (liftingSize - 1) });
            }

            rowStart[row + 1] = all.Count;
        }

        entries = [.. all];
    }

    /// <summary>
    /// Stable number of the code, carried in the protocol: 1000 · log2 Z + first-round row blocks.
    /// </summary>
    public int Id => (1000 * BitOperations.Log2((uint)LiftingSize)) + matrix.RowBlocksAfter(1);

    /// <summary>Bits of a frame, n; a multiple of 64.</summary>
    public int Length => matrix.ColumnBlocks * LiftingSize;

    /// <summary>Rounds in which syndrome bits can be asked for, at least 1.</summary>
    public int Rounds { get; } = BaseMatrix.Rounds;

    /// <summary>Bits of one circulant, Z; a power of two and a multiple of 64.</summary>
    public int LiftingSize { get; }

    /// <summary>Number of column blocks, n / Z.</summary>
    public int ColumnBlocks => matrix.ColumnBlocks;

    /// <summary>QBER up to which the first round fails in at most a few percent of whole frames (measured).</summary>
    public double FirstRoundQber { get; }

    /// <summary>Syndrome bits after that many rounds, cumulative; 0 for 0 rounds. Always a multiple of 64.</summary>
    public int SyndromeLength(int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, Rounds);
        return matrix.RowBlocksAfter(rounds) * LiftingSize;
    }

    /// <summary>Row blocks after that many rounds, cumulative: <see cref="SyndromeLength"/> / Z.</summary>
    public int RowBlocks(int rounds) => SyndromeLength(rounds) / LiftingSize;

    /// <summary>The circulants of a row block, ascending columns.</summary>
    public ReadOnlySpan<CheckEntry> Row(int rowBlock) => entries.AsSpan(rowStart[rowBlock]..rowStart[rowBlock + 1]);

    /// <summary>Number of circulants in the row blocks before <paramref name="rowBlock"/>.</summary>
    internal int EntriesBefore(int rowBlock) => rowStart[rowBlock];
}
