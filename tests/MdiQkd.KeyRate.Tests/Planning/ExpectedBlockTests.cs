using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Tests.Planning;

public class ExpectedBlockTests(ITestOutputHelper output)
{
    // Expected secret bits of the demo's 10-minute blocks at f 1.16: about 1.4 M, 0.53 M and 0.38 M.
    [Theory]
    [InlineData(30, 40, 1.40e6)]
    [InlineData(30, 50, 0.53e6)]
    [InlineData(40, 50, 0.38e6)]
    public void Demo_pairs_give_the_expected_key(double kmA, double kmB, double secretBits)
    {
        DemoNetwork.Pair pair = DemoNetwork.PairOf(kmA, kmB);
        foreach (ChernoffKind kind in Enum.GetValues<ChernoffKind>())
        {
            ExpectedBlock block = ExpectedBlock.Plan(Scenario(pair, new(Chernoff: kind)), pair.A, pair.B);
            output.WriteLine(
                $"{kmA}-{kmB} km {kind}: announced {block.Announced:F0}, sifted {block.Sifted:F0}, QBER {block.QberZ:P3}, "
                + $"phi {block.Key.Phi:F4}, leak {block.Key.Leak:F0}, secret {block.Key.Ell:F0}");
            Assert.Equal(secretBits, block.Key.Ell, 0.1 * secretBits);
        }
    }

    [Fact]
    public void Reference_row_of_30_km_arms()
    {
        // physics.md 5.2, 200 MHz, 30 km, dead 30 ns. Its dead time is a live² factor, 3-9 % off in the gains.
        SourceSettings source = SourceSettings.FromReal(0.581, 0.163, 0.062, 0.732, 0.065, 0.176);
        DemoNetwork.Pair pair = new(30, 30, source, source);
        ExpectedBlock block = ExpectedBlock.Plan(Scenario(pair, new(Chernoff: ChernoffKind.Simple)), source, source);
        const double Seconds = 600;
        Assert.Equal(6962275, 0.5 * block.Clicks.Sum * 2e8, 0.03 * 6962275);
        Assert.Equal(68872, block.Announced / Seconds, 0.09 * 68872);
        Assert.Equal(52613, block.Sifted / Seconds, 0.09 * 52613);
        Assert.Equal(0.1565, block.Key.Phi, 0.01);
        Assert.Equal(4293, block.Key.Ell / Seconds, 0.15 * 4293);
    }

    [Fact]
    public void Announced_events_are_those_of_all_sixteen_label_pairs()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3050;
        ExpectedBlock block = ExpectedBlock.Plan(Scenario(pair, null), pair.A, pair.B);
        ExactChannel channel = new(pair.Channel);
        DeadTimeChain chain = new(DeadTimeChain.MixedPatterns(channel, pair.A, pair.B), DemoNetwork.DeadTime);
        double announced = 0;
        foreach (IntensityLabel a in Enum.GetValues<IntensityLabel>())
        {
            foreach (IntensityLabel b in Enum.GetValues<IntensityLabel>())
            {
                announced += DemoNetwork.BlockSlots * pair.A.Probability(a) * pair.B.Probability(b)
                    * chain.Gain(channel, pair.A, a, pair.B, b).Gain;
            }
        }

        Assert.Equal(announced, block.Announced, 1e-9 * announced);
        double zz = DemoNetwork.BlockSlots * pair.A.Probability(IntensityLabel.Z) * pair.B.Probability(IntensityLabel.Z)
            * chain.Gain(channel, pair.A, IntensityLabel.Z, pair.B, IntensityLabel.Z).Gain;
        Assert.Equal(zz, block.Sifted, 1e-9 * zz);
    }

    [Fact]
    public void Settings_per_user_more_than_double_the_key_of_unequal_arms()
    {
        // The symmetric optimum of 40 km arms on arms of 30 and 50 km.
        DemoNetwork.Pair pair = DemoNetwork.Pair3050;
        SourceSettings source = SourceSettings.FromReal(0.593, 0.185, 0.065, 0.690, 0.069, 0.212);
        double symmetric = ExpectedBlock.Plan(Scenario(pair, null), source, source).Key.Ell;
        Assert.True(ExpectedBlock.Plan(Scenario(pair, null), pair.A, pair.B).Key.Ell > 2 * symmetric);
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        BlockScenario scenario = Scenario(pair, null) with { Slots = double.NaN };
        Assert.Throws<KeyRateInputException>(() => ExpectedBlock.Plan(scenario, pair.A, pair.B));
    }

    private static BlockScenario Scenario(DemoNetwork.Pair pair, EstimationOptions? options) =>
        new(pair.Channel, DemoNetwork.DeadTime, DemoNetwork.BlockSlots, new(), 1.16, options);
}
