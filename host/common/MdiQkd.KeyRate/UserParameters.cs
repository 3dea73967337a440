using MdiQkd.Protocol;
using static MdiQkd.KeyRate.KeyRateInputException;

namespace MdiQkd.KeyRate;

/// <summary>Intensities and label probabilities of one user, four-intensity protocol.</summary>
/// <param name="Z">Mean photon number of the signal z (Z basis).</param>
/// <param name="V">Mean photon number of the stronger decoy v (X basis).</param>
/// <param name="W">Mean photon number of the weaker decoy w (X basis), 0 &lt; w &lt; v.</param>
/// <param name="Pz">Probability of label z; all four are positive and sum to 1.</param>
/// <param name="Pv">Probability of label v.</param>
/// <param name="Pw">Probability of label w.</param>
/// <param name="Po">Probability of the vacuum label o.</param>
public sealed record UserParameters(double Z, double V, double W, double Pz, double Pv, double Pw, double Po)
{
    /// <summary>Largest mean photon number that a bound is evaluated for.</summary>
    public const double IntensityMax = 10;

    // Decimal tables of four probabilities add up to 1 within a few 1e-16; realised tables exactly.
    private const double SumTolerance = 1e-9;

    /// <summary>Realised settings of a block: the whole numbers that the sampler uses.</summary>
    public static UserParameters FromSettings(SourceSettings source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new(
            source.Intensity(IntensityLabel.Z),
            source.Intensity(IntensityLabel.V),
            source.Intensity(IntensityLabel.W),
            source.Probability(IntensityLabel.Z),
            source.Probability(IntensityLabel.V),
            source.Probability(IntensityLabel.W),
            source.Probability(IntensityLabel.O));
    }

    /// <summary>Mean photon number of a label.</summary>
    public double Intensity(IntensityLabel label) => label switch
    {
        IntensityLabel.Z => Z,
        IntensityLabel.V => V,
        IntensityLabel.W => W,
        _ => 0,
    };

    /// <summary>Probability of a label.</summary>
    public double Probability(IntensityLabel label) => label switch
    {
        IntensityLabel.Z => Pz,
        IntensityLabel.V => Pv,
        IntensityLabel.W => Pw,
        _ => Po,
    };

    /// <summary>Throws for the first field out of range; fields are named as in the paper with the user's letter: za, va, wa, pza, …</summary>
    internal void Validate(char user)
    {
        RequireInside(Z, 0, IntensityMax, $"z{user}");
        RequireInside(V, 0, IntensityMax, $"v{user}");
        if (!(W > 0 && W < V))
        {
            throw new KeyRateInputException($"w{user}", Text(W), $"more than 0 and less than v{user} = {Text(V)}");
        }

        RequireInside(Pz, 0, 1, $"pz{user}");
        RequireInside(Pv, 0, 1, $"pv{user}");
        RequireInside(Pw, 0, 1, $"pw{user}");
        RequireInside(Po, 0, 1, $"po{user}");
        double sum = Pz + Pv + Pw + Po;
        if (Math.Abs(sum - 1) > SumTolerance)
        {
            throw new KeyRateInputException($"pz{user} + pv{user} + pw{user} + po{user}", Text(sum), "1 within 1e-9");
        }
    }
}
