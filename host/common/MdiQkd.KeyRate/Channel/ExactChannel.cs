using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Interference of two phase-randomised coherent states at the 50:50 beam splitter, in four detection windows (early/late bin ×
/// detector c/d), averaged over the random phase. No dead time: see <see cref="DeadTimeChain"/>.
/// </summary>
/// <remarks>
/// <para>With a_t, b_t the intensities arriving in bin t: I_{c,t} = (a_t + b_t)/2 + √(M a_t b_t) cos(θ + φ_t), I_{d,t} the same with
/// minus; φ_early = 0, φ_late = π(x_a − x_b) + phase error, x the bit of an X state and 0 for a Z state; a window stays empty with
/// probability (1 − p_d) exp(−η I). First-principles model of Chan et al., Opt. Express 22, 12716 (2014).</para>
/// <para>The average over θ is a trapezoid sum on a full period, which converges faster than any power of the number of points;
/// 64 points reach 1e-15 for η√(ab) up to about 8. Click probabilities are formed without cancellation, so that relative accuracy
/// holds for any loss. Immutable; may be shared between threads.</para>
/// </remarks>
public sealed class ExactChannel
{
    /// <summary>Number of click patterns of a slot: one bit per window.</summary>
    public const int Patterns = 16;

    /// <summary>Pattern bit of detector c, early bin.</summary>
    public const int CEarlyBit = 1;

    /// <summary>Pattern bit of detector c, late bin.</summary>
    public const int CLateBit = 2;

    /// <summary>Pattern bit of detector d, early bin.</summary>
    public const int DEarlyBit = 4;

    /// <summary>Pattern bit of detector d, late bin.</summary>
    public const int DLateBit = 8;

    private readonly double[] phases;
    private readonly double armA;
    private readonly double armB;

    /// <summary>Channel with the given parameters.</summary>
    /// <param name="parameters">Losses, detectors and imperfections.</param>
    /// <param name="phasePoints">Points of the phase average, 8 to 4096.</param>
    /// <exception cref="KeyRateInputException">A parameter is out of range.</exception>
    public ExactChannel(ChannelParameters parameters, int phasePoints = 64)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        KeyRateInputException.RequireRange(phasePoints, 8, 4096);
        Parameters = parameters.Validated();
        armA = Math.Pow(10, -parameters.ArmLossDbA / 10);
        armB = Math.Pow(10, -parameters.ArmLossDbB / 10);
        phases = new double[phasePoints];
        for (int i = 0; i < phasePoints; i++)
        {
            phases[i] = 2 * Math.PI * i / phasePoints;
        }
    }

    /// <summary>The parameters.</summary>
    public ChannelParameters Parameters { get; }

    /// <summary>
    /// Mean number of detected photons per window at a fixed relative phase θ; dark counts and misalignment not included.
    /// A window clicks with probability 1 − (1 − p_d) exp(−mean).
    /// </summary>
    public WindowValues DetectedMeans(PulseState a, PulseState b, double phaseRad)
    {
        double efficiency = Parameters.DetectorEfficiency;
        (double aEarly, double aLate) = Bins(a, armA * efficiency);
        (double bEarly, double bLate) = Bins(b, armB * efficiency);
        double latePhase = Parameters.PhaseErrorRad + (Math.PI * (a.PhaseHalfTurns - b.PhaseHalfTurns));
        double early = 0.5 * (aEarly + bEarly);
        double late = 0.5 * (aLate + bLate);
        double earlyBeat = Math.Sqrt(Parameters.Overlap * aEarly * bEarly) * Math.Cos(phaseRad);
        double lateBeat = Math.Sqrt(Parameters.Overlap * aLate * bLate) * Math.Cos(phaseRad + latePhase);
        return new(early + earlyBeat, late + lateBeat, early - earlyBeat, late - lateBeat);
    }

    /// <summary>Click probability of each window at a fixed relative phase θ, dark counts included; misalignment not.</summary>
    public WindowValues ClickProbabilities(PulseState a, PulseState b, double phaseRad)
    {
        WindowValues means = DetectedMeans(a, b, phaseRad);
        return new(Click(means.CEarly), Click(means.CLate), Click(means.DEarly), Click(means.DLate));
    }

    /// <summary>
    /// Adds weight × probability of every click pattern of a slot (bit set = that window would click with a live detector),
    /// averaged over the phase, to <paramref name="patterns"/> (16 values). With misalignment, B's bit is flipped with that probability.
    /// </summary>
    public void AddClickPatterns(PulseState a, PulseState b, double weight, Span<double> patterns)
    {
        double flip = a.Basis == QubitBasis.Z && b.Basis == QubitBasis.Z ? Parameters.MisalignmentZ : Parameters.MisalignmentX;
        AddAligned(a, b, weight * (1 - flip), patterns);
        if (flip > 0)
        {
            AddAligned(a, b with { Bit = 1 - b.Bit }, weight * flip, patterns);
        }
    }

    /// <summary>Probabilities of the Bell-state outcomes for two prepared states, averaged over the phase.</summary>
    public BsmProbabilities Outcomes(PulseState a, PulseState b)
    {
        Span<double> patterns = stackalloc double[Patterns];
        patterns.Clear();
        AddClickPatterns(a, b, 1, patterns);
        return new(
            patterns[CEarlyBit | DLateBit],
            patterns[DEarlyBit | CLateBit],
            patterns[CEarlyBit | CLateBit],
            patterns[DEarlyBit | DLateBit]);
    }

    /// <summary>Click probability of each window for two prepared states, averaged over the phase.</summary>
    public WindowValues Singles(PulseState a, PulseState b)
    {
        Span<double> patterns = stackalloc double[Patterns];
        patterns.Clear();
        AddClickPatterns(a, b, 1, patterns);
        return SinglesOf(patterns);
    }

    /// <summary>Click probability of each window from a distribution of click patterns.</summary>
    /// <param name="patterns">16 probabilities, as filled by <see cref="AddClickPatterns"/>.</param>
    public static WindowValues SinglesOf(ReadOnlySpan<double> patterns)
    {
        Span<double> windows = stackalloc double[4];
        windows.Clear();
        for (int pattern = 0; pattern < Patterns; pattern++)
        {
            for (int window = 0; window < windows.Length; window++)
            {
                windows[window] += ((pattern >> window) & 1) * patterns[pattern];
            }
        }

        return new(windows[0], windows[1], windows[2], windows[3]);
    }

    /// <summary>Gain and error gain of a pair of intensities, averaged over phase and uniform bits.</summary>
    public PairGain Gain(double intensityA, QubitBasis basisA, double intensityB, QubitBasis basisB)
    {
        Span<double> equal = stackalloc double[Patterns];
        Span<double> different = stackalloc double[Patterns];
        BitPatterns(intensityA, basisA, intensityB, basisB, equal, different);
        bool bothZ = basisA == QubitBasis.Z && basisB == QubitBasis.Z;
        return PatternGain(equal, different, bothZ, Parameters.AcceptPsiPlus);
    }

    /// <summary>Gain and error gain of a label pair under the users' source settings.</summary>
    public PairGain Gain(SourceSettings sourceA, IntensityLabel labelA, SourceSettings sourceB, IntensityLabel labelB)
    {
        ArgumentNullException.ThrowIfNull(sourceA);
        ArgumentNullException.ThrowIfNull(sourceB);
        return Gain(
            sourceA.Intensity(labelA), PulseState.BasisOf(labelA), sourceB.Intensity(labelB), PulseState.BasisOf(labelB));
    }

    /// <summary>
    /// Yield and error yield of pairs in which both users sent exactly one photon: what decoy states bound, in closed form. The
    /// probability that the windows of a set S stay empty is (1 − p_d)^|S| [(1 − α)(1 − β) + |Γ|²/4], the coefficient of μν in
    /// e^(μ+ν) times the same probability for coherent states, with α, β the shares of a photon detected in S and Γ the complex sum
    /// of the beats. In the X basis without dark counts the error rate is (1 − M cos δ)/2.
    /// </summary>
    public PairGain SinglePairs(QubitBasis basis)
    {
        Span<double> equal = stackalloc double[Patterns];
        Span<double> different = stackalloc double[Patterns];
        equal.Clear();
        different.Clear();
        double flip = basis == QubitBasis.Z ? Parameters.MisalignmentZ : Parameters.MisalignmentX;
        for (int bits = 0; bits < 4; bits++)
        {
            PulseState a = new(1, basis, bits & 1);
            PulseState b = new(1, basis, bits >> 1);
            AddSinglePair(a, b, 0.25 * (1 - flip), a.Bit == b.Bit ? equal : different);
            AddSinglePair(a, b, 0.25 * flip, a.Bit == b.Bit ? different : equal);
        }

        return PatternGain(equal, different, basis == QubitBasis.Z, Parameters.AcceptPsiPlus);
    }

    /// <summary>Click patterns with equal bits and with different bits, each bit pair with weight 1/4.</summary>
    internal void BitPatterns(
        double intensityA,
        QubitBasis basisA,
        double intensityB,
        QubitBasis basisB,
        Span<double> equal,
        Span<double> different)
    {
        equal.Clear();
        different.Clear();

        // Two X states interfere by the difference of their bits alone: half of the four bit pairs are enough.
        bool bothX = basisA == QubitBasis.X && basisB == QubitBasis.X;
        for (int bits = 0; bits < (bothX ? 2 : 4); bits++)
        {
            PulseState a = new(intensityA, basisA, bits & 1);
            PulseState b = new(intensityB, basisB, bits >> 1);
            AddClickPatterns(a, b, bothX ? 0.5 : 0.25, a.Bit == b.Bit ? equal : different);
        }
    }

    /// <summary>Gain from patterns by bit equality: |ψ⁻⟩ wants different bits in both bases, |ψ⁺⟩ equal bits in X.</summary>
    internal static PairGain PatternGain(
        ReadOnlySpan<double> equal, ReadOnlySpan<double> different, bool bothZ, bool acceptPsiPlus)
    {
        double minusEqual = equal[CEarlyBit | DLateBit] + equal[DEarlyBit | CLateBit];
        double minusDifferent = different[CEarlyBit | DLateBit] + different[DEarlyBit | CLateBit];
        if (!acceptPsiPlus)
        {
            return new(minusEqual + minusDifferent, minusEqual);
        }

        double plusEqual = equal[CEarlyBit | CLateBit] + equal[DEarlyBit | DLateBit];
        double plusDifferent = different[CEarlyBit | CLateBit] + different[DEarlyBit | DLateBit];
        return new(minusEqual + minusDifferent + plusEqual + plusDifferent, minusEqual + (bothZ ? plusEqual : plusDifferent));
    }

    private void AddAligned(PulseState a, PulseState b, double weight, Span<double> patterns)
    {
        // One user's light alone does not interfere.
        ReadOnlySpan<double> averaged = a.Intensity == 0 || b.Intensity == 0 ? phases.AsSpan(0, 1) : phases;
        double share = weight / averaged.Length;
        foreach (double phase in averaged)
        {
            WindowValues click = ClickProbabilities(a, b, phase);
            double neitherC = (1 - click.CEarly) * (1 - click.CLate);
            double earlyC = click.CEarly * (1 - click.CLate);
            double lateC = (1 - click.CEarly) * click.CLate;
            double bothC = click.CEarly * click.CLate;
            AddRow(patterns, share * (1 - click.DEarly) * (1 - click.DLate), 0);
            AddRow(patterns, share * click.DEarly * (1 - click.DLate), DEarlyBit);
            AddRow(patterns, share * (1 - click.DEarly) * click.DLate, DLateBit);
            AddRow(patterns, share * click.DEarly * click.DLate, DEarlyBit | DLateBit);

            void AddRow(Span<double> patterns, double d, int pattern)
            {
                patterns[pattern] += d * neitherC;
                patterns[pattern | CEarlyBit] += d * earlyC;
                patterns[pattern | CLateBit] += d * lateC;
                patterns[pattern | CEarlyBit | CLateBit] += d * bothC;
            }
        }
    }

    private void AddSinglePair(PulseState a, PulseState b, double weight, Span<double> patterns)
    {
        (double aEarly, double aLate) = Bins(a, armA * Parameters.DetectorEfficiency);
        (double bEarly, double bLate) = Bins(b, armB * Parameters.DetectorEfficiency);
        double latePhase = Parameters.PhaseErrorRad + (Math.PI * (a.PhaseHalfTurns - b.PhaseHalfTurns));
        double earlyBeat = Math.Sqrt(Parameters.Overlap * aEarly * bEarly);
        double lateBeat = Math.Sqrt(Parameters.Overlap * aLate * bLate);
        Span<double> empty = stackalloc double[Patterns];
        for (int windows = 0; windows < Patterns; windows++)
        {
            int early = (windows & CEarlyBit) + ((windows & DEarlyBit) / DEarlyBit);
            int late = ((windows & CLateBit) / CLateBit) + ((windows & DLateBit) / DLateBit);
            int earlySign = (windows & CEarlyBit) - ((windows & DEarlyBit) / DEarlyBit);
            int lateSign = ((windows & CLateBit) / CLateBit) - ((windows & DLateBit) / DLateBit);
            double alpha = 0.5 * ((early * aEarly) + (late * aLate));
            double beta = 0.5 * ((early * bEarly) + (late * bLate));
            double real = (earlySign * earlyBeat) + (lateSign * lateBeat * Math.Cos(latePhase));
            double imaginary = lateSign * lateBeat * Math.Sin(latePhase);
            empty[windows] = Math.Pow(1 - Parameters.DarkCountsPerWindow, early + late)
                * (((1 - alpha) * (1 - beta)) + (0.25 * ((real * real) + (imaginary * imaginary))));
        }

        // Inclusion and exclusion: a pattern of clicks is "all others empty" with each of its own windows taken off in turn.
        for (int bit = 1; bit < Patterns; bit <<= 1)
        {
            for (int pattern = 0; pattern < Patterns; pattern++)
            {
                if ((pattern & bit) == 0)
                {
                    empty[pattern] -= empty[pattern | bit];
                }
            }
        }

        for (int pattern = 0; pattern < Patterns; pattern++)
        {
            patterns[pattern] += weight * empty[(Patterns - 1) & ~pattern];
        }
    }

    private double Click(double mean)
    {
        double dark = Parameters.DarkCountsPerWindow;
        // The beat can leave −1e-17 where the light cancels.
        return dark - ((1 - dark) * Elementary.Expm1(-Math.Max(0, mean)));
    }

    private (double Early, double Late) Bins(PulseState state, double transmittance)
    {
        double arriving = state.Intensity * transmittance;
        double lateShare = state.Basis == QubitBasis.X ? 0.5
            : state.Bit == 0 ? Parameters.Extinction
            : 1 - Parameters.Extinction;
        return (arriving * (1 - lateShare), arriving * lateShare);
    }
}
