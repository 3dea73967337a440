using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;
using static MdiQkd.Protocol.IntensityLabel;

namespace MdiQkd.KeyRate.Planning;

/// <summary>
/// What a block is expected to bring: expected counts from the exact channel and the two-detector dead-time chain, put through the
/// same bounds as measured counts.
/// </summary>
/// <param name="Parameters">Settings of both users and the number of slots.</param>
/// <param name="Counts">Expected counts per label pair.</param>
/// <param name="Announced">Expected number of all announced events, label pairs without use included.</param>
/// <param name="Key">Key length at the expected counts and the expected leak.</param>
/// <param name="Clicks">Expected click probability of each detection window per slot, dead time included.</param>
public sealed record ExpectedBlock(
    FourIntensityParameters Parameters,
    FourIntensityCounts Counts,
    double Announced,
    KeyLengthResult Key,
    WindowValues Clicks)
{
    /// <summary>Points of the average over the random phase: for η√(ab) up to 2 the 16th harmonic is below 1e-13.</summary>
    public const int PhasePoints = 16;

    /// <summary>Expected sifted events (both users sent z).</summary>
    public double Sifted => Counts.Nzz;

    /// <summary>Expected error rate of the sifted key.</summary>
    public double QberZ => Counts.QberZ;

    /// <summary>Expected secret bits per slot; 0 if there is no key.</summary>
    public double SecretBitsPerSlot => Math.Max(0, Key.Ell) / Parameters.N;

    /// <summary>Expected block for the realised settings of two users.</summary>
    public static ExpectedBlock Plan(BlockScenario scenario, SourceSettings a, SourceSettings b) =>
        Plan(scenario, UserParameters.FromSettings(a), UserParameters.FromSettings(b));

    /// <summary>Expected block for real-valued settings.</summary>
    /// <exception cref="KeyRateInputException">A setting or a parameter of the scenario is out of range.</exception>
    public static ExpectedBlock Plan(BlockScenario scenario, UserParameters a, UserParameters b)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        FourIntensityParameters parameters = new(scenario.Slots, a, b);
        parameters.Validate();
        LabelPairPatterns patterns = new(new ExactChannel(scenario.Channel, PhasePoints), a, b);
        double[] mixed = patterns.Mixed();
        DeadTimeChain chain = new(mixed, scenario.Blind);
        double[] seen = new double[ExactChannel.Patterns];
        chain.ObservedPatterns(mixed, seen);
        PairGain all = ExactChannel.PatternGain(seen, new double[ExactChannel.Patterns], false, scenario.Channel.AcceptPsiPlus);

        (double nzz, double mzz) = Expect(Z, Z);
        (double nww, double mww) = Expect(W, W);
        (double nvv, double mvv) = Expect(V, V);
        FourIntensityCounts counts = new(
            nzz,
            mzz,
            nww,
            mww,
            nvv,
            mvv,
            Expect(O, W).Events,
            Expect(W, O).Events,
            Expect(O, V).Events,
            Expect(V, O).Events,
            Expect(O, O).Events);
        double leak = ReconciliationLeak.Expected(nzz, mzz, scenario.ReconciliationEfficiency);
        KeyLengthResult key = DoubleScanning.Evaluate(parameters, counts, scenario.Security, leak, scenario.Estimation);
        return new(parameters, counts, scenario.Slots * all.Gain, key, chain.Singles());

        (double Events, double Errors) Expect(IntensityLabel labelA, IntensityLabel labelB)
        {
            PairGain gain = patterns.Gain(chain, labelA, labelB);
            double slots = scenario.Slots * a.Probability(labelA) * b.Probability(labelB);
            return (slots * gain.Gain, slots * gain.ErrorGain);
        }
    }
}
