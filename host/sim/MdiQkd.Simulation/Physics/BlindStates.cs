using MdiQkd.KeyRate.Channel;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Blind bins of both detectors at slot starts, sampled: from the stationary state of <see cref="DeadTimeChain"/> far from the last
/// known state, slot by slot near it.
/// </summary>
internal sealed class BlindStates
{
    // Total variation from the stationary state at which the past is forgotten; and a bound for hopeless settings.
    private const double Forgotten = 1e-9;
    private const int StepsMax = 1 << 14;

    private readonly BlindBins bins;
    private readonly int levels;
    private readonly double[] stationary; // cumulative over c × levels + d
    private readonly double[] patterns; // cumulative over the 16 click patterns

    /// <param name="clickPatterns">Distribution of what live detectors would show in the slots that are stepped over.</param>
    /// <param name="bins">Blind bins after a click.</param>
    public BlindStates(ReadOnlySpan<double> clickPatterns, BlindBins bins)
    {
        this.bins = bins;
        levels = Math.Max(bins.AfterEarly, bins.AfterLate) + 1;
        var chain = new DeadTimeChain(clickPatterns, bins);
        Memory = FindMemory(chain);
        stationary = new double[chain.States];
        chain.CopyStationary(stationary);
        patterns = clickPatterns.ToArray();
        Accumulate(stationary);
        Accumulate(patterns);
    }

    /// <summary>After this many slots the past is forgotten.</summary>
    public int Memory { get; }

    /// <summary>Draws the blind bins at the start of a slot.</summary>
    /// <param name="gap">Slots between the last known state and this slot.</param>
    /// <param name="last">Blind bins at the start of the first of them.</param>
    /// <param name="random">Generator.</param>
    public (int C, int D) Before(long gap, (int C, int D) last, PhysicsRandom random)
    {
        if (levels == 1)
        {
            return (0, 0);
        }

        if (gap >= Memory)
        {
            int state = Find(stationary, random.NextDouble());
            return (state / levels, state % levels);
        }

        for (; gap > 0; gap--)
        {
            // Two bins pass per slot; a detector that is blind in both needs no draw, two such detectors no pattern.
            last = last.C > 1 && last.D > 1
                ? (last.C - 2, last.D - 2)
                : After(Find(patterns, random.NextDouble()), last.C, last.D);
        }

        return last;
    }

    /// <summary>Blind bins at the start of the next slot.</summary>
    public (int C, int D) After(int pattern, int c, int d) => (Next(pattern & 3, c), Next(pattern >> 2, d));

    /// <summary>What detectors with the given blind bins show of a pattern.</summary>
    public int Seen(int pattern, int c, int d) => Seen(pattern & 3, c) | (Seen(pattern >> 2, d) << 2);

    private int Seen(int clicks, int blind)
    {
        int early = blind == 0 ? clicks & 1 : 0;
        int blindLate = early != 0 ? bins.AfterEarly : Math.Max(0, blind - 1);
        return early | (blindLate == 0 ? clicks & 2 : 0);
    }

    private int Next(int clicks, int blind)
    {
        int blindLate = blind == 0 && (clicks & 1) != 0 ? bins.AfterEarly : Math.Max(0, blind - 1);
        return blindLate == 0 && (clicks & 2) != 0 ? bins.AfterLate : Math.Max(0, blindLate - 1);
    }

    // Smallest power of two after which the extreme starts, both live or both just dead, are as good as stationary.
    private static int FindMemory(DeadTimeChain chain)
    {
        double[] target = new double[chain.States];
        chain.CopyStationary(target);
        int[] starts = [0, chain.StateAfterCoincidence(true), chain.StateAfterCoincidence(false)];
        int memory = 1;
        foreach (int start in starts)
        {
            double[] state = new double[chain.States];
            double[] evolved = new double[chain.States];
            state[start] = 1;
            int steps = 0;
            while (Distance(state, target) > Forgotten && steps < StepsMax)
            {
                int more = Math.Max(1, steps);
                chain.Propagate(state, more, evolved);
                (state, evolved) = (evolved, state);
                steps += more;
            }

            memory = Math.Max(memory, steps);
        }

        return memory;
    }

    private static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += Math.Abs(a[i] - b[i]);
        }

        return 0.5 * sum;
    }

    private static void Accumulate(double[] distribution)
    {
        double sum = 0;
        for (int i = 0; i < distribution.Length; i++)
        {
            sum += distribution[i];
            distribution[i] = sum;
        }

        distribution[^1] = 1; // rounding must not leave a gap at the end
    }

    private static int Find(double[] cumulative, double uniform)
    {
        int i = Array.BinarySearch(cumulative, uniform);
        return i < 0 ? ~i : i + 1;
    }
}
