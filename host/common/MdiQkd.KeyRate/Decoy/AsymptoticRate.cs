using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Planning;
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
    private const double IntensityStart = 0.5;

    // Of ln z: the rate is flat at its maximum, so that a step of 0.1 % costs less than 1e-6 of it.
    private const double FirstStep = 0.2;
    private const double LastStep = 1e-3;
    private const int EvaluationsMax = 500;

    /// <summary>Rate at given signal intensities.</summary>
    /// <param name="channel">Gains in the Z basis.</param>
    /// <param name="intensityA">Mean photon number of A's signal.</param>
    /// <param name="intensityB">Mean photon number of B's signal.</param>
    /// <param name="singlePairs">Known or bounded: infinitely many decoys know <see cref="ExactChannel.SinglePairs"/>.</param>
    /// <param name="efficiency">f of reconciliation, 1 to 10; null = <see cref="MeasuredEfficiency"/> of the longest frames.</param>
    /// <param name="blind">Dead time, which takes the same share of all events; null = none.</param>
    public static AsymptoticRate At(
        ExactChannel channel,
        double intensityA,
        double intensityB,
        SinglePairBounds singlePairs,
        double? efficiency,
        BlindBins? blind = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        KeyRateInputException.RequireInside(intensityA, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireInside(intensityB, 0, UserParameters.IntensityMax);
        PairGain zz = channel.Gain(intensityA, QubitBasis.Z, intensityB, QubitBasis.Z);
        double singles = Poisson(1, intensityA) * Poisson(1, intensityB) * singlePairs.Yield;
        double f = efficiency ?? MeasuredEfficiency.At(Math.Min(0.5, zz.ErrorRate), double.PositiveInfinity);
        double rate = (singles * (1 - BinaryEntropy(singlePairs.ErrorRate)))
            - ReconciliationLeak.Expected(zz.Gain, zz.ErrorGain, f);
        return new(intensityA, intensityB, blind is null ? rate : rate * SeenShare(channel, intensityA, intensityB, blind));
    }

    /// <summary>Best signal intensities for the given single-photon pairs: a search in their logarithms; one intensity if the arms are equal.</summary>
    public static AsymptoticRate Optimised(
        ExactChannel channel, SinglePairBounds singlePairs, double? efficiency, BlindBins? blind = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        bool symmetric = channel.Parameters.ArmLossDbA == channel.Parameters.ArmLossDbB;
        double[] point = new double[symmetric ? 1 : 2];
        Array.Fill(point, Math.Log(IntensityStart));
        RosenbrockSearch.Maximise(
            p => p.All(z => z >= Math.Log(IntensityLowest) && z <= Math.Log(IntensityHighest))
                ? Rate(p).SecretBitsPerSlot
                : double.NegativeInfinity,
            point,
            FirstStep,
            LastStep,
            EvaluationsMax);
        return Rate(point);

        AsymptoticRate Rate(double[] p) => At(channel, Math.Exp(p[0]), Math.Exp(p[^1]), singlePairs, efficiency, blind);
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
}
