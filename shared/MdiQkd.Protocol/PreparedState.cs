namespace MdiQkd.Protocol;

/// <summary>
/// What one user prepared in one slot, packed in a byte: bits 1:0 the <see cref="IntensityLabel"/>, bit 2 the encoded bit.
/// Z basis: bit 0 = light in the early bin, bit 1 = late bin. X basis: phase between late and early bin 0 or π.
/// The bit of a vacuum slot is drawn but has no effect on the light. Bit 3 marks a two-pulse pilot, a public state
/// (<see cref="PilotPattern"/>): intensity of label z split equally, late bin ahead by a quarter turn if bit 2 is set.
/// </summary>
/// <param name="Packed">The byte; bits 7:4 are zero, bit 3 too in every slot that is no pilot.</param>
public readonly record struct PreparedState(byte Packed)
{
    /// <summary>Mask of the label bits.</summary>
    public const byte LabelMask = 0b011;

    /// <summary>Position of the bit.</summary>
    public const int BitShift = 2;

    /// <summary>Mask of the mark of a two-pulse pilot.</summary>
    public const byte PilotMask = 0b1000;

    /// <summary>Number of different packed values of states that a key may come from.</summary>
    public const int Values = 8;

    /// <summary>Every packed value, pilots included, is below this.</summary>
    public const int ValuesWithPilots = 16;

    /// <summary>Packs label and bit (0 or 1).</summary>
    public PreparedState(IntensityLabel label, int bit)
        : this((byte)((int)label | (bit << BitShift)))
    {
    }

    /// <summary>State of a two-pulse pilot.</summary>
    public static PreparedState Pilot(bool quarterTurn) =>
        new((byte)(PilotMask | (int)IntensityLabel.Z | (quarterTurn ? 1 << BitShift : 0)));

    /// <summary>Whether this is a two-pulse pilot.</summary>
    public bool IsPilot => (Packed & PilotMask) != 0;

    /// <summary>Intensity class.</summary>
    public IntensityLabel Label => (IntensityLabel)(Packed & LabelMask);

    /// <summary>Encoded bit, 0 or 1.</summary>
    public int Bit => (Packed >> BitShift) & 1;

    /// <summary>Never the bit: states are key material until disclosed.</summary>
    public override string ToString() => nameof(PreparedState);
}
