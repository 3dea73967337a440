namespace MdiQkd.Reconciliation.Decoding;

/// <summary>Vector width of the decoder.</summary>
internal enum LaneWidth
{
    /// <summary>Plain C#.</summary>
    Portable,

    /// <summary>128 bits.</summary>
    Bits128,

    /// <summary>256 bits.</summary>
    Bits256,

    /// <summary>512 bits.</summary>
    Bits512,
}
