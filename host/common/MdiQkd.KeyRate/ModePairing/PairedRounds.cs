using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>
/// Single clicks of rounds and how they pair up: after a click the next one within the longest distance makes a pair, otherwise
/// the first is dropped. Zeng et al., Nat. Commun. 13, 3903 (2022): pairs per round r_p = [1/(p [1 − (1 − p)^l]) + 1/p]^−1.
/// </summary>
internal sealed class PairedRounds
{
    private const int Labels = 3;

    internal PairedRounds(
        ExactChannel channel, BlindBins blind, ModePairingUser a, ModePairingUser b, double roundsMax)
    {
        double[] intensitiesA = [0, a.Nu, a.Mu];
        double[] intensitiesB = [0, b.Nu, b.Mu];
        double[] sharesA = [a.Po, a.Pnu, a.Pmu];
        double[] sharesB = [b.Po, b.Pnu, b.Pmu];
        double[] mixed = new double[ExactChannel.Patterns];
        for (int i = 0; i < Labels * Labels; i++)
        {
            AddRound(
                channel, intensitiesA[i / Labels], intensitiesB[i % Labels], sharesA[i / Labels] * sharesB[i % Labels], mixed);
        }

        double[] seen = new double[ExactChannel.Patterns];
        new DeadTimeChain(mixed, blind).ObservedPatterns(mixed, seen);
        LiveClick = SingleClick(mixed);
        Click = SingleClick(seen);
        double within = -Elementary.Expm1(roundsMax * Math.Log(1 - Click));
        PairsPerRound = Click > 0 && within > 0 ? 1 / ((1 / (Click * within)) + (1 / Click)) : 0;
        MeanDistance = Click > 0 && within > 0 ? (1 / Click) - (roundsMax * (1 - within) / within) : 0;
    }

    /// <summary>Probability that exactly one detector would click in a round if both were live.</summary>
    internal double LiveClick { get; }

    /// <summary>Probability that exactly one detector is seen to click in a round, dead time included.</summary>
    internal double Click { get; }

    /// <summary>Expected pairs per round.</summary>
    internal double PairsPerRound { get; }

    /// <summary>Mean distance of two paired rounds.</summary>
    internal double MeanDistance { get; }

    /// <summary>Probability of exactly one click in a round with the given intensities, live detectors.</summary>
    internal static double SingleClick(ExactChannel channel, double intensityA, double intensityB)
    {
        double[] patterns = new double[ExactChannel.Patterns];
        AddRound(channel, intensityA, intensityB, 1, patterns);
        return SingleClick(patterns);
    }

    private static double SingleClick(double[] patterns) => patterns[ExactChannel.CEarlyBit] + patterns[ExactChannel.DEarlyBit];

    // A round is the early bin of a slot; whatever the late windows would show is summed over.
    private static void AddRound(ExactChannel channel, double intensityA, double intensityB, double weight, double[] patterns)
    {
        Span<double> slot = stackalloc double[ExactChannel.Patterns];
        slot.Clear();
        channel.AddClickPatterns(new(intensityA, QubitBasis.Z, 0), new(intensityB, QubitBasis.Z, 0), weight, slot);
        for (int pattern = 0; pattern < slot.Length; pattern++)
        {
            patterns[pattern & (ExactChannel.CEarlyBit | ExactChannel.DEarlyBit)] += slot[pattern];
        }
    }
}
