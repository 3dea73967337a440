namespace MdiQkd.Protocol;

/// <summary>
/// What one user prepared in one slot, packed in a byte: bits 1:0 the <see cref="IntensityLabel"/>, bit 2 the encoded bit.
/// Z basis: bit 0 = light in the early bin, bit 1 = late bin. X basis: phase between late and early bin 0 or π.
/// The bit of a vacuum slot is drawn but has no effect on the light.
/// </summary>
/// <param name="Packed">The byte; bits 7:3 are zero.</param>
public readonly record struct PreparedState(byte Packed)
{
    /// <summary>Mask of the label bits.</summary>
    public const byte LabelMask = 0b011;

    /// <summary>Position of the bit.</summary>
    public const int BitShift = 2;

    /// <summary>Number of different packed values.</summary>
    public const int Values = 8;

    /// <summary>Packs label and bit (0 or 1).</summary>
    public PreparedState(IntensityLabel label, int bit)
        : this((byte)((int)label | (bit << BitShift)))
    {
    }

    /// <summary>Intensity class.</summary>
    public IntensityLabel Label => (IntensityLabel)(Packed & LabelMask);

    /// <summary>Encoded bit, 0 or 1.</summary>
    public int Bit => (Packed >> BitShift) & 1;

    /// <summary>Never the bit: states are key material until disclosed.</summary>
    public override string ToString() => nameof(PreparedState);
}
