using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.Tests.Planning;

public class KeyMarginTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(30, 40)]
    [InlineData(40, 50)]
    public void Sigma_is_the_scatter_of_the_key_length_over_random_counts(double kmA, double kmB)
    {
        (BlockScenario scenario, ExpectedBlock block) = Plan(kmA, kmB, DemoNetwork.BlockSlots);
        double sigma = KeyMargin.SigmaBits(scenario, block);

        // 400 draws: the standard deviation of a standard deviation is 1 / sqrt(2 · 400) = 3.5 %. The counts are large: normal.
        Random random = new(5);
        double[] lengths = [.. Enumerable.Range(0, 400).Select(_ => Draw(scenario, block, random))];
        double mean = lengths.Average();
        double scatter = Math.Sqrt(lengths.Average(length => (length - mean) * (length - mean)));
        output.WriteLine($"{kmA}-{kmB} km: {block.Key.Ell:F0} bits, sigma {sigma:F0} to first order, {scatter:F0} drawn");
        Assert.InRange(scatter / sigma, 0.86, 1.14);
    }

    [Fact]
    public void The_demo_is_planned_with_more_than_five_sigma()
    {
        foreach ((double kmA, double kmB) in new[] { (30.0, 40.0), (30, 50), (40, 50) })
        {
            (BlockScenario scenario, ExpectedBlock block) = Plan(kmA, kmB, DemoNetwork.BlockSlots);
            double sigmas = KeyMargin.Sigmas(scenario, block);
            output.WriteLine($"{kmA}-{kmB} km: {sigmas:F1} sigma");
            Assert.True(sigmas > KeyMargin.PlannedSigmas);
        }
    }

    [Fact]
    public void A_smaller_block_has_a_smaller_margin_and_one_without_a_key_has_none()
    {
        (BlockScenario large, ExpectedBlock largeBlock) = Plan(40, 50, DemoNetwork.BlockSlots);
        (BlockScenario small, ExpectedBlock smallBlock) = Plan(40, 50, DemoNetwork.BlockSlots / 2);
        (BlockScenario tiny, ExpectedBlock tinyBlock) = Plan(40, 50, DemoNetwork.BlockSlots / 100);

        Assert.True(smallBlock.Key.Ell > 0);
        Assert.True(KeyMargin.Sigmas(small, smallBlock) < KeyMargin.Sigmas(large, largeBlock));
        Assert.Equal(0, KeyMargin.Sigmas(tiny, tinyBlock));
    }

    private static (BlockScenario Scenario, ExpectedBlock Block) Plan(double kmA, double kmB, double slots)
    {
        DemoNetwork.Pair pair = DemoNetwork.PairOf(kmA, kmB);
        BlockScenario scenario = new(pair.Channel, DemoNetwork.DeadTime, slots, new());
        return (scenario, ExpectedBlock.Plan(scenario, pair.A, pair.B));
    }

    private static double Draw(BlockScenario scenario, ExpectedBlock block, Random random)
    {
        FourIntensityCounts c = block.Counts;
        double mzz = Near(c.Mzz), mww = Near(c.Mww), mvv = Near(c.Mvv);
        FourIntensityCounts drawn = new(
            mzz + Near(c.Nzz - c.Mzz), mzz, mww + Near(c.Nww - c.Mww), mww, mvv + Near(c.Nvv - c.Mvv), mvv,
            Near(c.N0w), Near(c.Nw0), Near(c.N0v), Near(c.Nv0), Near(c.N00));
        double leak = ReconciliationLeak.Expected(drawn.Nzz, drawn.Mzz, scenario.ReconciliationEfficiency);
        return DoubleScanning.Evaluate(block.Parameters, drawn, scenario.Security, leak, scenario.Estimation).Ell;

        double Near(double mean) => Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Gauss())));

        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
