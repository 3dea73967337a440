using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.Tests.Planning;

public class LossToleranceTests(ITestOutputHelper output)
{
    [Fact]
    public void Limit_lies_between_a_key_and_none_and_grows_with_the_block()
    {
        double last = 0;
        foreach ((string time, double seconds) in new[] { ("10 min", 600.0), ("1 h", 3600.0), ("1 day", 86400.0) })
        {
            BlockScenario scenario = new(DemoNetwork.Channel(30, 40), DemoNetwork.DeadTime, 2e8 * seconds, new());
            Assert.True(LossTolerance.TryFind(scenario, out LossTolerance? tolerance, 0.5));
            output.WriteLine($"{time}: {tolerance!.TotalLossDb:F1} dB, {tolerance.AddedLossDb:F1} dB more than the 30-40 km pair has");
            Assert.True(tolerance.TotalLossDb > last + 1);
            Assert.True(tolerance.Settings.Block.Key.Ell > 0);
            last = tolerance.TotalLossDb;

            BlockScenario beyond = LossTolerance.WithAddedLoss(scenario, tolerance.AddedLossDb + 1);
            OptimisedSettings settings = SettingsOptimiser.Optimise(beyond, start: (tolerance.Settings.A, tolerance.Settings.B));
            Assert.True(settings.Block.Key.Ell <= 0);
        }
    }

    [Fact]
    public void Limit_of_the_reference_table()
    {
        // Hub-like set, 1.2e11 slots, tight bounds: 3.95e-9 bits per pulse left at 160 km, that is 35 dB with the hub.
        BlockScenario scenario = new(
            new(11.5, 11.5, 0.6, 1e-7, MisalignmentZ: 0.005, MisalignmentX: 0.02), BlindBins.None, 1.2e11, new());
        Assert.True(LossTolerance.TryFind(scenario, out LossTolerance? tolerance, 0.5));
        Assert.InRange(tolerance!.TotalLossDb, 34.9, 36);
    }

    [Fact]
    public void Scenario_without_a_key_has_no_limit()
    {
        BlockScenario scenario = new(DemoNetwork.Channel(150, 150), DemoNetwork.DeadTime, 1e9, new());
        Assert.False(LossTolerance.TryFind(scenario, out LossTolerance? tolerance));
        Assert.Null(tolerance);
    }
}
