using System.Numerics;
using System.Runtime.CompilerServices;
using MdiQkd.KeyRate.Channel;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Blind bins of both detectors at slot starts, sampled: from the stationary state of <see cref="DeadTimeChain"/> far from the last
/// known state, slot by slot near it.
/// </summary>
internal sealed class BlindStates
{
    // Total variation from the stationary state at which the past is forgotten: a thousand times below what 1e8 events
    // resolve. And a bound for hopeless settings.
    private const double Forgotten = 1e-7;
    private const int StepsMax = 1 << 14;

    /// <summary>Bits of a uniform number that chooses whether a stationary state is live.</summary>
    public const int UniformBits = 32;

    private readonly BlindBins bins;
    private readonly int levels;
    private readonly AliasTable stationary; // over c × levels + d
    private readonly (int C, int D)[] levelsOfState;
    private readonly AliasTable patterns;
    private readonly AliasTable clicks; // patterns other than none
    private readonly double[] clickPatterns;
    private readonly AliasTable quiet; // slots without any click that two live detectors have, up to the memory
    private readonly int[] nextOf; // blind bins at the next slot: blind bins × 4 + clicks
    private readonly int[] seenOf; // clicks that are seen: blind bins × 4 + clicks
    private readonly long bothLive; // out of 2^UniformBits
    private readonly long liveC; // d live, or from the late bin on

    /// <param name="clickPatterns">Distribution of what live detectors would show in the slots that are stepped over.</param>
    /// <param name="bins">Blind bins after a click.</param>
    public BlindStates(ReadOnlySpan<double> clickPatterns, BlindBins bins)
    {
        this.bins = bins;
        this.clickPatterns = clickPatterns.ToArray();
        levels = Math.Max(bins.AfterEarly, bins.AfterLate) + 1;
        var chain = new DeadTimeChain(clickPatterns, bins);
        Memory = FindMemory(chain);
        double[] distribution = new double[chain.States];
        chain.CopyStationary(distribution);
        stationary = new AliasTable(distribution);
        patterns = new AliasTable(clickPatterns);
        levelsOfState = [.. Enumerable.Range(0, chain.States).Select(state => (state / levels, state % levels))];
        double click = 1 - clickPatterns[0];
        clicks = click > 0 ? new AliasTable([0, .. clickPatterns[1..]]) : patterns;
        quiet = new AliasTable(Quiet(clickPatterns[0], Memory));
        nextOf = [.. Enumerable.Range(0, 4 * levels).Select(i => Next(i & 3, i >> 2))];
        seenOf = [.. Enumerable.Range(0, 4 * levels).Select(i => Seen(i & 3, i >> 2))];

        // A coincidence is seen only if one detector is live and the other is from the late bin on.
        const double one = 1L << UniformBits;
        bothLive = (long)Math.Round(one * distribution[0]);
        liveC = (long)Math.Round(one * (distribution[0] + (levels > 1 ? distribution[1] : 0)));
        LiveEnough = (long)Math.Round(one * (distribution[0] + (levels > 1 ? distribution[1] + distribution[levels] : 0)));
    }

    /// <summary>
    /// Whether these states serve for another distribution too: no pattern's probability differs by more than 1e-4 of a slot, or
    /// a fiftieth of itself if it is larger, which changes a rate of coincidences by less than 1 %.
    /// </summary>
    public bool FitsTo(ReadOnlySpan<double> otherPatterns)
    {
        for (int i = 1; i < clickPatterns.Length; i++)
        {
            if (Math.Abs(otherPatterns[i] - clickPatterns[i]) > Math.Max(1e-4, 0.02 * clickPatterns[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>After this many slots the past is forgotten.</summary>
    public int Memory { get; }

    /// <summary>
    /// Share of the stationary state, out of 2^<see cref="UniformBits"/>, in which the detectors are live enough to see a coincidence.
    /// </summary>
    public long LiveEnough { get; }

    /// <summary>Draws of the stationary state, for <see cref="Before"/>.</summary>
    public AliasDraws StationaryDraws(PhysicsRandom random) => new(stationary, random);

    /// <summary>Draws the blind bins at the start of a slot.</summary>
    /// <param name="gap">Slots between the last known state and this slot.</param>
    /// <param name="last">Blind bins at the start of the first of them.</param>
    /// <param name="random">Generator.</param>
    /// <param name="far">From <see cref="StationaryDraws"/>.</param>
    public (int C, int D) Before(long gap, (int C, int D) last, PhysicsRandom random, AliasDraws far)
    {
        if (levels == 1)
        {
            return (0, 0);
        }

        if (gap >= Memory)
        {
            return levelsOfState[far.Next()];
        }

        (int c, int d) = last;
        while (gap > 0)
        {
            if (c == 0 && d == 0)
            {
                // Nothing changes until the next click: a geometric number of slots.
                int still = quiet.Draw(random);
                if (still >= gap)
                {
                    return (0, 0);
                }

                gap -= still;
                (c, d) = After(clicks.Draw(random), 0, 0);
            }
            else
            {
                // Two bins pass per slot; detectors that are both blind in both need no draw.
                (c, d) = c > 1 && d > 1 ? (c - 2, d - 2) : After(patterns.Draw(random), c, d);
            }

            gap--;
        }

        return (c, d);
    }

    /// <summary>Blind bins at the start of the next slot.</summary>
    public (int C, int D) After(int pattern, int c, int d) => (nextOf[(c * 4) + (pattern & 3)], nextOf[(d * 4) + (pattern >> 2)]);

    /// <summary>What detectors with the given blind bins show of a pattern.</summary>
    public int Seen(int pattern, int c, int d) => seenOf[(c * 4) + (pattern & 3)] | (seenOf[(d * 4) + (pattern >> 2)] << 2);

    /// <summary>What detectors far from any known state show of a pattern that holds a coincidence.</summary>
    /// <param name="pattern">Pattern of live detectors.</param>
    /// <param name="uniform">Uniform in 0..<see cref="LiveEnough"/> − 1: which stationary state.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SeenFar(int pattern, long uniform)
    {
        // Mostly both are live, and there are no other clicks for a dead time to hide.
        if (uniform < bothLive && BitOperations.PopCount((uint)pattern) == 2)
        {
            return pattern;
        }

        int c = uniform >= liveC ? 1 : 0;
        int d = uniform >= bothLive ? 1 - c : 0;
        return Seen(pattern, c, d);
    }

    private static double[] Quiet(double none, int memory)
    {
        double[] weights = new double[memory + 1];
        double power = 1;
        for (int i = 0; i < memory; i++, power *= none)
        {
            weights[i] = power * (1 - none);
        }

        weights[memory] = power;
        return weights;
    }

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

    // Slots after which the extreme starts, both live or both just dead, are as good as stationary.
    private static int FindMemory(DeadTimeChain chain)
    {
        double[] target = new double[chain.States];
        chain.CopyStationary(target);
        double[] state = new double[chain.States];
        double[] evolved = new double[chain.States];
        int memory = 1;
        foreach (int start in (int[])[0, chain.StateAfterCoincidence(true), chain.StateAfterCoincidence(false)])
        {
            Array.Clear(state);
            state[start] = 1;
            int steps = 0;
            for (; steps < StepsMax && Distance(state, target) > Forgotten; steps++)
            {
                chain.Propagate(state, 1, evolved);
                (state, evolved) = (evolved, state);
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
}
