using MdiQkd.KeyRate.Channel;
using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate.Decoy;

/// <summary>
/// Secret bits per slot for infinitely many slots, with label z sent almost always: R = a1 b1 s11 [1 − h(e11)] − f Q_zz h(E_zz),
/// Lo, Curty, Qi, PRL 108, 130503 (2012), eq. (1). Negative values mean no key.
/// </summary>
/// <param name="IntensityA">Mean photon number of A's signal.</param>
/// <param name="IntensityB">Mean photon number of B's signal.</param>
/// <param name="SecretBitsPerSlot">R.</param>
public readonly record struct AsymptoticRate(double IntensityA, double IntensityB, double SecretBitsPerSlot)
{
    private const double IntensityLowest = 1e-3;
    private const double IntensityHighest = 2;
    private const int GoldenSteps = 40;
    private const int RoundsMax = 30;

    /// <summary>Rate at given signal intensities.</summary>
    /// <param name="channel">Gains in the Z basis.</param>
    /// <param name="intensityA">Mean photon number of A's signal.</param>
    /// <param name="intensityB">Mean photon number of B's signal.</param>
    /// <param name="singlePairs">Known or bounded: infinitely many decoys know <see cref="ExactChannel.SinglePairs"/>.</param>
    /// <param name="efficiency">f of reconciliation, 1 to 10.</param>
    /// <param name="blind">Dead time, which takes the same share of all events; null = none.</param>
    public static AsymptoticRate At(
        ExactChannel channel,
        double intensityA,
        double intensityB,
        SinglePairBounds singlePairs,
        double efficiency,
        BlindBins? blind = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        KeyRateInputException.RequireInside(intensityA, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireInside(intensityB, 0, UserParameters.IntensityMax);
        PairGain zz = channel.Gain(intensityA, QubitBasis.Z, intensityB, QubitBasis.Z);
        double singles = Poisson(1, intensityA) * Poisson(1, intensityB) * singlePairs.Yield;
        double rate = (singles * (1 - BinaryEntropy(singlePairs.ErrorRate)))
            - ReconciliationLeak.Expected(zz.Gain, zz.ErrorGain, efficiency);
        return new(intensityA, intensityB, blind is null ? rate : rate * SeenShare(channel, intensityA, intensityB, blind));
    }

    /// <summary>Best signal intensities for the given single-photon pairs: golden-section search in each intensity in turn.</summary>
    public static AsymptoticRate Optimised(
        ExactChannel channel, SinglePairBounds singlePairs, double efficiency, BlindBins? blind = null)
    {
        AsymptoticRate best = At(channel, 0.5, 0.5, singlePairs, efficiency, blind);
        for (int round = 0; round < RoundsMax; round++)
        {
            AsymptoticRate before = best;
            best = Better(best, Golden(z => At(channel, z, best.IntensityB, singlePairs, efficiency, blind)));
            best = Better(best, Golden(z => At(channel, best.IntensityA, z, singlePairs, efficiency, blind)));
            if (best.SecretBitsPerSlot - before.SecretBitsPerSlot <= 1e-9 * Math.Abs(best.SecretBitsPerSlot))
            {
                break;
            }
        }

        return best;
    }

    /// <summary>Single-photon pairs as infinitely many decoy intensities would show them: yield, and error rate in the X basis.</summary>
    public static SinglePairBounds InfiniteDecoys(ExactChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        PairGain z = channel.SinglePairs(QubitBasis.Z);
        PairGain x = channel.SinglePairs(QubitBasis.X);
        return new(z.Gain, x.Gain > 0 ? x.ErrorRate : 0.5);
    }

    // Share of the Z–Z events that the detectors see when label z is sent in every slot.
    private static double SeenShare(ExactChannel channel, double intensityA, double intensityB, BlindBins blind)
    {
        double[] equal = new double[ExactChannel.Patterns];
        double[] different = new double[ExactChannel.Patterns];
        channel.BitPatterns(intensityA, QubitBasis.Z, intensityB, QubitBasis.Z, equal, different);
        bool psiPlus = channel.Parameters.AcceptPsiPlus;
        double live = ExactChannel.PatternGain(equal, different, true, psiPlus).Gain;
        DeadTimeChain chain = new([.. equal.Zip(different, (x, y) => x + y)], blind);
        return live > 0 ? chain.Gain(equal, different, true, psiPlus).Gain / live : 0;
    }

    private static AsymptoticRate Better(AsymptoticRate x, AsymptoticRate y) => y.SecretBitsPerSlot > x.SecretBitsPerSlot ? y : x;

    // Over the logarithm of the intensity, in which the rate has one maximum.
    private static AsymptoticRate Golden(Func<double, AsymptoticRate> rate)
    {
        double golden = 0.5 * (Math.Sqrt(5) - 1);
        double left = Math.Log(IntensityLowest);
        double right = Math.Log(IntensityHighest);
        for (int i = 0; i < GoldenSteps; i++)
        {
            double low = right - (golden * (right - left));
            double high = left + (golden * (right - left));
            if (rate(Math.Exp(low)).SecretBitsPerSlot > rate(Math.Exp(high)).SecretBitsPerSlot)
            {
                right = high;
            }
            else
            {
                left = low;
            }
        }

        return rate(Math.Exp(0.5 * (left + right)));
    }
}
