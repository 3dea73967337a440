using MdiQkd.Distillation.Estimation;
using MdiQkd.KeyRate;
using MdiQkd.Protocol;
using MdiQkd.Sifting;

namespace MdiQkd.Distillation.Tests.Estimation;

public class BlockEstimatorTests
{
    private const long Leak = 614_156;

    // The worked example of the key-length analysis: 40 + 40 km, 1.2e11 slots, f = 1.16. Entry [a, b]: A sent a, B sent b.
    private static readonly SourceSettings Source = SourceSettings.FromReal(0.5, 0.2, 0.05, 0.6, 0.1, 0.2);
    private static readonly CoincidenceCounts Counts = Make(zz: 11_634_798, ww: 27_082, mww: 7_037, vv: 106_960, mvv: 27_724, ow: 3_391, wo: 3_391, ov: 26_921, vo: 26_921);

    [Fact]
    public void Worked_example_gives_its_key_length()
    {
        // Reference value 1,289,549 with probabilities 0.6/0.1/0.2; the realised ones differ by up to 1/65536, that is by
        // 2e-4 relative at p = 0.1, and n11 (1 − h) − leak amplifies a relative change by (ell + leak)/ell = 1.5.
        KeyLengthDecision decision = BlockEstimator.Decide(Counts, Plan(Source, Source), Leak);
        Assert.Equal(AbortReason.None, decision.Abort);
        Assert.InRange(decision.KeyBits, 1_289_549 * 0.998, 1_289_549 * 1.002);
        Assert.Equal(0, decision.KeyBits % 64);
        Assert.InRange(decision.PhaseErrorUpper, 0.13942 * 0.999, 0.13942 * 1.001);
    }

    [Fact]
    public void Users_are_not_exchanged()
    {
        SourceSettings sourceB = SourceSettings.FromReal(0.4, 0.25, 0.06, 0.55, 0.12, 0.22);
        CoincidenceCounts counts = Make(zz: 9_000_000, ww: 30_000, mww: 7_700, vv: 120_000, mvv: 31_000, ow: 3_000, wo: 4_100, ov: 24_000, vo: 30_000);
        FourIntensityCounts four = new(9_000_000, 0, 30_000, 7_700, 120_000, 31_000, N0w: 3_000, Nw0: 4_100, N0v: 24_000, Nv0: 30_000, 0);
        KeyLengthResult expected = DoubleScanning.Evaluate(
            FourIntensityParameters.FromSettings(Source, sourceB, 1.2e11), four, new SecurityParameters(), 1000);
        KeyLengthDecision decision = BlockEstimator.Decide(counts, Plan(Source, sourceB), 1000);
        Assert.True(expected.SecretBits > 1000);
        Assert.Equal(expected.SecretBits / 64 * 64, decision.KeyBits);
    }

    [Fact]
    public void Slots_are_only_a_scale()
    {
        KeyLengthDecision once = BlockEstimator.Decide(Counts, Plan(Source, Source), Leak);
        KeyLengthDecision tenTimes = BlockEstimator.Decide(Counts, Plan(Source, Source) with { SlotsPerSession = 1_200_000_000_000 }, Leak);
        Assert.Equal(once.KeyBits, tenTimes.KeyBits, 64.0);
    }

    [Fact]
    public void Every_leaked_bit_costs_a_key_bit()
    {
        KeyLengthDecision less = BlockEstimator.Decide(Counts, Plan(Source, Source), Leak);
        KeyLengthDecision more = BlockEstimator.Decide(Counts, Plan(Source, Source), Leak + 6400);
        Assert.Equal(6400, less.KeyBits - more.KeyBits);
    }

    [Fact]
    public void Blocks_without_key_say_why()
    {
        Assert.Equal(AbortReason.NoKey, Decide(Counts, 11_634_798).Abort);
        Assert.Equal(AbortReason.TooFewCounts, Decide(Make(zz: 100), 0).Abort);
        Assert.Equal(AbortReason.TooFewCounts, Decide(Make(zz: 0), 0).Abort);

        // Half of all w–w events wrong.
        CoincidenceCounts noisy = Make(zz: 11_634_798, ww: 27_082, mww: 13_541, vv: 106_960, mvv: 27_724, ow: 3_391, wo: 3_391, ov: 26_921, vo: 26_921);
        KeyLengthDecision phase = Decide(noisy, 0);
        Assert.True(phase.Abort is AbortReason.PhaseErrorTooHigh or AbortReason.NoKey);
        Assert.Equal(0, phase.KeyBits);
        Assert.NotEmpty(phase.Detail);
    }

    [Fact]
    public void Fewer_key_events_than_the_decoys_promise_are_refused()
    {
        CoincidenceCounts counts = Make(zz: 1_000_000, ww: 27_082, mww: 7_037, vv: 106_960, mvv: 27_724, ow: 3_391, wo: 3_391, ov: 26_921, vo: 26_921);
        KeyLengthDecision decision = Decide(counts, 0);
        Assert.Equal((0, AbortReason.HubRuleBroken), (decision.KeyBits, decision.Abort));
    }

    private static KeyLengthDecision Decide(CoincidenceCounts counts, long leak) => BlockEstimator.Decide(counts, Plan(Source, Source), leak);

    private static BlockPlan Plan(SourceSettings a, SourceSettings b) => new(
        new BlockId(1), "inta-1", "inta-2", new SlotTiming(5000, 2000, 500), new PilotPattern(1000, 0), a, b, false,
        [new SessionId(1)], 120_000_000_000, 100, EpsilonBudget.Default, 1300, 50_000);

    /// <summary>Counts by way of sifting, as in a node. The first errors of a label pair carry equal bits (|ψ⁻⟩: wrong).</summary>
    private static CoincidenceCounts Make(
        int zz = 0, int ww = 0, int mww = 0, int vv = 0, int mvv = 0, int ow = 0, int wo = 0, int ov = 0, int vo = 0)
    {
        int total = zz + ww + vv + ow + wo + ov + vo;
        byte[] a = new byte[total];
        byte[] b = new byte[total];
        int next = 0;
        Add(IntensityLabel.Z, IntensityLabel.Z, zz, 0);
        Add(IntensityLabel.W, IntensityLabel.W, ww, mww);
        Add(IntensityLabel.V, IntensityLabel.V, vv, mvv);
        Add(IntensityLabel.O, IntensityLabel.W, ow, 0);
        Add(IntensityLabel.W, IntensityLabel.O, wo, 0);
        Add(IntensityLabel.O, IntensityLabel.V, ov, 0);
        Add(IntensityLabel.V, IntensityLabel.O, vo, 0);
        return Sifter.Sift(LabelPlanes.FromStates(a), LabelPlanes.FromStates(b), []).Counts;

        void Add(IntensityLabel labelA, IntensityLabel labelB, int events, int errors)
        {
            a.AsSpan(next, events).Fill(new PreparedState(labelA, 0).Packed);
            b.AsSpan(next, errors).Fill(new PreparedState(labelB, 0).Packed);
            b.AsSpan(next + errors, events - errors).Fill(new PreparedState(labelB, 1).Packed);
            next += events;
        }
    }
}
