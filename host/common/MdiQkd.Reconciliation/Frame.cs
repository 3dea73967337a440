namespace MdiQkd.Reconciliation;

/// <summary>A frame of a block's sifted string.</summary>
/// <param name="Offset">First sifted bit.</param>
/// <param name="Length">Length of the frame's code; bits from <paramref name="RealBits"/> on are public zeros.</param>
/// <param name="RealBits">Sifted bits in the frame, 1 to <paramref name="Length"/>.</param>
public readonly record struct Frame(long Offset, int Length, int RealBits);
