namespace MdiQkd.KeyRate.Channel;

/// <summary>Basis of a time-bin state.</summary>
public enum QubitBasis
{
    /// <summary>Light in the early bin (bit 0) or in the late bin (bit 1).</summary>
    Z,

    /// <summary>Light in both bins, phase 0 (bit 0) or π (bit 1) between them.</summary>
    X,
}
