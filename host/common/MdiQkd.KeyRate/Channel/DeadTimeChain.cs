using MdiQkd.Protocol;
using static MdiQkd.KeyRate.Channel.ExactChannel;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Markov chain of the two detectors' remaining blind bins at slot boundaries, with joint clicks correlated through label mix and
/// phase; its stationary state gives the effective gains under a non-paralysable dead time.
/// </summary>
/// <remarks>
/// <para>Labels, bits and phase are independent from slot to slot, so the chain needs only the distribution of the 16 click patterns
/// that live detectors would show. A detector that clicked early is blind in its own late bin, and a coincidence leaves both detectors
/// blind together: the factor live² misses both (3–9 % in the gains).</para>
/// <para>Immutable; may be shared between threads.</para>
/// </remarks>
public sealed class DeadTimeChain
{
    // The stationary state is reached when one slot changes no more than this in total variation.
    private const double Converged = 1e-15;
    private const int IterationsMax = 200_000;

    private readonly double[] patterns;
    private readonly double[] patternsC = new double[4];
    private readonly double[] patternsD = new double[4];
    private readonly double[] stationary;
    private readonly double[] classWeights = new double[9];

    // Blind bins at the next slot boundary: [blind bins now, 0 or 1 × clicks].
    private readonly int[] nextBlind = new int[2 * 4];
    private readonly int levels;

    /// <summary>Chain for detectors that see the given click patterns in every slot.</summary>
    /// <param name="clickPatterns">16 probabilities, sum 1: see <see cref="MixedPatterns"/>.</param>
    /// <param name="blind">Blind bins after a click.</param>
    public DeadTimeChain(ReadOnlySpan<double> clickPatterns, BlindBins blind)
    {
        ArgumentNullException.ThrowIfNull(blind);
        KeyRateInputException.RequireRange(blind.AfterEarly, 0, BlindBins.Max);
        KeyRateInputException.RequireRange(blind.AfterLate, 0, BlindBins.Max);
        Blind = blind;
        patterns = clickPatterns[..Patterns].ToArray();
        for (int pattern = 0; pattern < Patterns; pattern++)
        {
            patternsC[pattern & 3] += patterns[pattern];
            patternsD[pattern >> 2] += patterns[pattern];
        }

        for (int entry = 0; entry < nextBlind.Length; entry++)
        {
            nextBlind[entry] = NextBlind(entry & 3, entry >> 2);
        }

        levels = Math.Max(blind.AfterEarly, blind.AfterLate) + 1;
        stationary = FindStationary();
        Stationary = LivenessOf(stationary);

        // A detector with 2 or more blind bins sees nothing of the slot: three classes per detector are enough for the gains.
        for (int state = 0; state < States; state++)
        {
            classWeights[(Math.Min(2, state / levels) * 3) + Math.Min(2, state % levels)] += stationary[state];
        }
    }

    /// <summary>Blind bins after a click.</summary>
    public BlindBins Blind { get; }

    /// <summary>Joint liveness at the start of a slot, far from any known event.</summary>
    public JointLiveness Stationary { get; }

    /// <summary>Number of chain states; state index = (blind bins left of c) × levels + (blind bins left of d).</summary>
    public int States => levels * levels;

    /// <summary>Click patterns of live detectors, averaged over the label mix, uniform bits and the phase.</summary>
    public static double[] MixedPatterns(ExactChannel channel, SourceSettings sourceA, SourceSettings sourceB) =>
        new LabelPairPatterns(channel, UserParameters.FromSettings(sourceA), UserParameters.FromSettings(sourceB)).Mixed();

    /// <summary>Observed pattern of 16 windows' worth of would-be clicks when the detectors enter a slot with the given blind bins.</summary>
    public int ObservedPattern(int pattern, int blindC, int blindD) =>
        Observed(pattern & 3, blindC) | (Observed(pattern >> 2, blindD) << 2);

    /// <summary>
    /// Joint liveness <paramref name="slots"/> slots after a seen |ψ⁻⟩ coincidence (both detectors have just clicked), without
    /// knowledge of what happened in between; approaches <see cref="Stationary"/> within a few dead times.
    /// </summary>
    /// <param name="earlyInC">Whether the early click of the coincidence was in c.</param>
    /// <param name="slots">1 = the next slot.</param>
    public JointLiveness AfterCoincidence(bool earlyInC, int slots)
    {
        KeyRateInputException.RequireRange(slots, 1, int.MaxValue);
        double[] state = new double[States];
        state[StateAfterCoincidence(earlyInC)] = 1;
        double[] evolved = new double[States];
        Propagate(state, slots - 1, evolved);
        return LivenessOf(evolved);
    }

    /// <summary>Chain state at the start of the slot that follows a seen |ψ⁻⟩ coincidence.</summary>
    public int StateAfterCoincidence(bool earlyInC)
    {
        int early = Math.Max(0, Blind.AfterEarly - 1);
        return earlyInC ? (early * levels) + Blind.AfterLate : (Blind.AfterLate * levels) + early;
    }

    /// <summary>Copies the stationary distribution over the chain states.</summary>
    public void CopyStationary(Span<double> distribution) => stationary.CopyTo(distribution);

    /// <summary>Evolves a distribution over the chain states by a number of slots. Linear: weights need not sum to one.</summary>
    /// <param name="from">[<see cref="States"/>] values; unchanged.</param>
    /// <param name="slots">0 or more.</param>
    /// <param name="to">[<see cref="States"/>] values; overwritten; must not overlap <paramref name="from"/>.</param>
    public void Propagate(ReadOnlySpan<double> from, int slots, Span<double> to)
    {
        double[] present = from.ToArray();
        double[] next = new double[States];
        for (int slot = 0; slot < slots; slot++)
        {
            Step(present, next);
            (present, next) = (next, present);
        }

        present.CopyTo(to);
    }

    /// <summary>Joint liveness of a distribution over the chain states.</summary>
    public JointLiveness LivenessOf(ReadOnlySpan<double> distribution) => new(
        distribution[0],
        levels > 1 ? distribution[1] : 0,
        levels > 1 ? distribution[levels] : 0);

    /// <summary>Effective outcome probabilities of two prepared states in the stationary state.</summary>
    public BsmProbabilities Outcomes(ExactChannel channel, PulseState a, PulseState b)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Span<double> own = stackalloc double[Patterns];
        own.Clear();
        channel.AddClickPatterns(a, b, 1, own);
        Span<double> observed = stackalloc double[Patterns];
        ObservedPatterns(own, observed);
        return new(
            observed[CEarlyBit | DLateBit],
            observed[DEarlyBit | CLateBit],
            observed[CEarlyBit | CLateBit],
            observed[DEarlyBit | DLateBit]);
    }

    /// <summary>Effective gain and error gain of a pair of intensities in the stationary state.</summary>
    public PairGain Gain(
        ExactChannel channel, double intensityA, QubitBasis basisA, double intensityB, QubitBasis basisB)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Span<double> equal = stackalloc double[Patterns];
        Span<double> different = stackalloc double[Patterns];
        channel.BitPatterns(intensityA, basisA, intensityB, basisB, equal, different);
        bool bothZ = basisA == QubitBasis.Z && basisB == QubitBasis.Z;
        return Gain(equal, different, bothZ, channel.Parameters.AcceptPsiPlus);
    }

    /// <summary>Effective gain and error gain of a label pair under the users' source settings.</summary>
    public PairGain Gain(
        ExactChannel channel, SourceSettings sourceA, IntensityLabel labelA, SourceSettings sourceB, IntensityLabel labelB)
    {
        ArgumentNullException.ThrowIfNull(sourceA);
        ArgumentNullException.ThrowIfNull(sourceB);
        return Gain(
            channel,
            sourceA.Intensity(labelA),
            PulseState.BasisOf(labelA),
            sourceB.Intensity(labelB),
            PulseState.BasisOf(labelB));
    }

    /// <summary>Effective gain from the live patterns with equal and with different bits (each averaged with weight 1/2).</summary>
    internal PairGain Gain(ReadOnlySpan<double> equal, ReadOnlySpan<double> different, bool bothZ, bool acceptPsiPlus)
    {
        Span<double> seenEqual = stackalloc double[Patterns];
        Span<double> seenDifferent = stackalloc double[Patterns];
        ObservedPatterns(equal, seenEqual);
        ObservedPatterns(different, seenDifferent);
        return PatternGain(seenEqual, seenDifferent, bothZ, acceptPsiPlus);
    }

    /// <summary>Effective click probability of each window, over the label mix of the chain.</summary>
    public WindowValues Singles()
    {
        Span<double> observed = stackalloc double[Patterns];
        ObservedPatterns(patterns, observed);
        return SinglesOf(observed);
    }

    /// <summary>Distribution of the observed click patterns for a distribution of would-be patterns, in the stationary state.</summary>
    /// <param name="live">16 probabilities that live detectors would show.</param>
    /// <param name="observed">16 probabilities; overwritten.</param>
    public void ObservedPatterns(ReadOnlySpan<double> live, Span<double> observed)
    {
        observed.Clear();
        for (int blind = 0; blind < classWeights.Length; blind++)
        {
            double weight = classWeights[blind];
            for (int pattern = 0; pattern < Patterns && weight > 0; pattern++)
            {
                observed[ObservedPattern(pattern, blind / 3, blind % 3)] += weight * live[pattern];
            }
        }
    }

    private int Observed(int clicks, int blind) => blind switch
    {
        0 => Blind.AfterEarly > 0 && (clicks & 1) != 0 ? clicks & 1 : clicks,
        1 => clicks & 2,
        _ => 0,
    };

    // Blind bins at the next slot boundary of one detector with the given would-be clicks (bit 0 early, bit 1 late).
    private int NextBlind(int clicks, int blind)
    {
        int afterEarly = blind == 0 && (clicks & 1) != 0 ? Blind.AfterEarly : Math.Max(0, blind - 1);
        return afterEarly == 0 && (clicks & 2) != 0 ? Blind.AfterLate : Math.Max(0, afterEarly - 1);
    }

    private void Step(ReadOnlySpan<double> from, Span<double> to)
    {
        to.Clear();
        for (int c = 0; c < levels; c++)
        {
            for (int d = 0; d < levels; d++)
            {
                double weight = from[(c * levels) + d];
                if (weight > 0)
                {
                    Spread(c, d, weight, to);
                }
            }
        }
    }

    // A detector that is blind for the whole slot needs no pattern of its own: 1, 4 or 16 branches.
    private void Spread(int c, int d, double weight, Span<double> to)
    {
        if (c > 1 && d > 1)
        {
            to[((c - 2) * levels) + d - 2] += weight;
        }
        else if (c > 1)
        {
            for (int clicks = 0; clicks < 4; clicks++)
            {
                to[((c - 2) * levels) + nextBlind[(4 * d) + clicks]] += weight * patternsD[clicks];
            }
        }
        else if (d > 1)
        {
            for (int clicks = 0; clicks < 4; clicks++)
            {
                to[(nextBlind[(4 * c) + clicks] * levels) + d - 2] += weight * patternsC[clicks];
            }
        }
        else
        {
            for (int pattern = 0; pattern < Patterns; pattern++)
            {
                to[(nextBlind[(4 * c) + (pattern & 3)] * levels) + nextBlind[(4 * d) + (pattern >> 2)]] += weight * patterns[pattern];
            }
        }
    }

    private double[] FindStationary()
    {
        double[] present = new double[States];
        double[] next = new double[States];
        present[0] = 1;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            Step(present, next);
            double change = 0;
            double sum = 0;
            for (int i = 0; i < States; i++)
            {
                change += Math.Abs(next[i] - present[i]);
                sum += next[i];
            }

            // Rounding would let the total drift over many slots.
            double scale = 1 / sum;
            for (int i = 0; i < States; i++)
            {
                next[i] *= scale;
            }

            (present, next) = (next, present);
            if (change < Converged * States)
            {
                break;
            }
        }

        return present;
    }
}
