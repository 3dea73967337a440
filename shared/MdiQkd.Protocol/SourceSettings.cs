namespace MdiQkd.Protocol;

/// <summary>
/// Intensities and realised label probabilities of one user towards one peer, fixed for a block. Whole numbers, so that both
/// users and the authentication tag see the same values, and so that the probabilities are exactly those of the sampler.
/// </summary>
/// <param name="ZMicro">Mean photon number of label z (both bins together), in millionths.</param>
/// <param name="VMicro">Mean photon number of label v, in millionths; greater than <paramref name="WMicro"/>.</param>
/// <param name="WMicro">Mean photon number of label w, in millionths; greater than zero.</param>
/// <param name="ZWeight">Label z is drawn with probability ZWeight / <see cref="WeightTotal"/>.</param>
/// <param name="VWeight">The same for label v.</param>
/// <param name="WWeight">The same for label w.</param>
public sealed record SourceSettings(int ZMicro, int VMicro, int WMicro, int ZWeight, int VWeight, int WWeight)
{
    /// <summary>Denominator of all label probabilities: the sampler compares 16 random bits.</summary>
    public const int WeightTotal = 1 << 16;

    /// <summary>Largest mean photon number, in millionths; far above any useful decoy setting.</summary>
    public const int IntensityMicroMax = 2_000_000;

    /// <summary>Label o (vacuum) takes what the others leave.</summary>
    public int OWeight => WeightTotal - ZWeight - VWeight - WWeight;

    /// <summary>Rounds real-valued settings to the realised ones.</summary>
    /// <param name="z">Mean photon number of z.</param>
    /// <param name="v">Mean photon number of v.</param>
    /// <param name="w">Mean photon number of w.</param>
    /// <param name="pz">Probability of z.</param>
    /// <param name="pv">Probability of v.</param>
    /// <param name="pw">Probability of w.</param>
    public static SourceSettings FromReal(double z, double v, double w, double pz, double pv, double pw) => new(
        (int)Math.Round(z * 1e6), (int)Math.Round(v * 1e6), (int)Math.Round(w * 1e6),
        (int)Math.Round(pz * WeightTotal), (int)Math.Round(pv * WeightTotal), (int)Math.Round(pw * WeightTotal));

    /// <summary>Mean photon number of a label.</summary>
    public double Intensity(IntensityLabel label) => 1e-6 * (label switch
    {
        IntensityLabel.Z => ZMicro,
        IntensityLabel.V => VMicro,
        IntensityLabel.W => WMicro,
        _ => 0,
    });

    /// <summary>Realised probability of a label.</summary>
    public double Probability(IntensityLabel label) => (double)Weight(label) / WeightTotal;

    /// <summary>Weight of a label out of <see cref="WeightTotal"/>.</summary>
    public int Weight(IntensityLabel label) => label switch
    {
        IntensityLabel.Z => ZWeight,
        IntensityLabel.V => VWeight,
        IntensityLabel.W => WWeight,
        _ => OWeight,
    };

    /// <summary>Label for 16 uniform random bits: the sampler, in the order o, w, v, z.</summary>
    public IntensityLabel Sample(ushort uniform)
    {
        int x = uniform - OWeight;
        if (x < 0)
        {
            return IntensityLabel.O;
        }

        x -= WWeight;
        if (x < 0)
        {
            return IntensityLabel.W;
        }

        return x < VWeight ? IntensityLabel.V : IntensityLabel.Z;
    }

    /// <summary>What is wrong with the settings, or null: field, value and allowed range in one line.</summary>
    public string? Fault()
    {
        if (WMicro <= 0 || WMicro >= VMicro || VMicro > IntensityMicroMax)
        {
            return $"intensities w = {WMicro}e-6, v = {VMicro}e-6: 0 < w < v <= {IntensityMicroMax}e-6 is needed";
        }

        if (ZMicro <= 0 || ZMicro > IntensityMicroMax)
        {
            return $"intensity z = {ZMicro}e-6 is outside 0 < z <= {IntensityMicroMax}e-6";
        }

        return ZWeight <= 0 || VWeight <= 0 || WWeight <= 0 || OWeight <= 0
            ? $"label weights z/v/w/o = {ZWeight}/{VWeight}/{WWeight}/{OWeight}: each must be positive, sum {WeightTotal}"
            : null;
    }
}
