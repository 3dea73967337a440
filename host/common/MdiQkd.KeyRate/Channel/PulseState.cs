using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Channel;

/// <summary>One prepared state as it leaves the encoder.</summary>
/// <param name="Intensity">Mean photon number of both bins together; 0 for vacuum.</param>
/// <param name="Basis">Basis.</param>
/// <param name="Bit">Encoded bit, 0 or 1.</param>
public readonly record struct PulseState(double Intensity, QubitBasis Basis, int Bit)
{
    /// <summary>The light of a prepared state under the given source settings. A two-pulse pilot is an X state of label z's intensity.</summary>
    public static PulseState From(SourceSettings source, PreparedState state) => state.IsPilot
        ? new(source.Intensity(IntensityLabel.Z), QubitBasis.X, 0) { QuarterTurns = state.Bit }
        : new(source.Intensity(state.Label), BasisOf(state.Label), state.Bit);

    /// <summary>Further phase of the late bin, in units of π/2; other than 0 in pilots only.</summary>
    public int QuarterTurns { get; init; }

    /// <summary>Phase of the late bin against the early one, in units of π: the bit of an X state, 0 in Z.</summary>
    public double PhaseHalfTurns => Basis == QubitBasis.X ? Bit + (0.5 * QuarterTurns) : 0;

    /// <summary>Basis of a label: z is sent in Z, all others in X (vacuum has no basis; X by convention).</summary>
    public static QubitBasis BasisOf(IntensityLabel label) => label == IntensityLabel.Z ? QubitBasis.Z : QubitBasis.X;

    /// <summary>Never the bit: states are key material until disclosed.</summary>
    public override string ToString() => nameof(PulseState);
}
