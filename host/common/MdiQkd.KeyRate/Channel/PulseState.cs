using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Channel;

/// <summary>One prepared state as it leaves the encoder.</summary>
/// <param name="Intensity">Mean photon number of both bins together; 0 for vacuum.</param>
/// <param name="Basis">Basis.</param>
/// <param name="Bit">Encoded bit, 0 or 1.</param>
public readonly record struct PulseState(double Intensity, QubitBasis Basis, int Bit)
{
    /// <summary>The light of a prepared state under the given source settings.</summary>
    public static PulseState From(SourceSettings source, PreparedState state) =>
        new(source.Intensity(state.Label), BasisOf(state.Label), state.Bit);

    /// <summary>Basis of a label: z is sent in Z, all others in X (vacuum has no basis; X by convention).</summary>
    public static QubitBasis BasisOf(IntensityLabel label) => label == IntensityLabel.Z ? QubitBasis.Z : QubitBasis.X;

    /// <summary>Never the bit: states are key material until disclosed.</summary>
    public override string ToString() => nameof(PulseState);
}
