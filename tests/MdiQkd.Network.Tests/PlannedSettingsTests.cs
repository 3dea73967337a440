using MdiQkd.KeyRate.Planning;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 1.1 and 1.2: the nodes choose the settings of a block and judge its margin, each by its own model of the channel.</summary>
public class PlannedSettingsTests
{
    private static readonly LinkModel Link = new(0, 0, 0.9, 20, Overlap: 0.99, Extinction: 0.003);

    private static readonly NetworkSettings Optimised = RunRecord.Small with { Link = Link, IsOptimised = true };

    [Fact]
    public void Settings_that_nobody_gave_are_optimised_and_both_nodes_hold_the_same_plan()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Optimised).Connect();

        BlockPlan plan = Assert.Single(network.Hub.Blocks).Plan;
        OptimisedSettings best = SettingsOptimiser.Optimise(new(
            new(0, 0, 0.9, KeyRate.Channel.ChannelParameters.DarkCountsOf(20, 500), 0.99, 0.003),
            KeyRate.Channel.BlindBins.None,
            plan.Slots,
            new(plan.Security.Epsilon, plan.Security.EpsilonCorrectness)));
        Assert.Equal((best.SourceA, best.SourceB), (plan.SourceA, plan.SourceB));
        Assert.Equal(plan.Id.ToString(), network.Alice.Engine.Status.BlockId);
        Assert.Equal(plan.Id.ToString(), network.Bob.Engine.Status.BlockId);
    }

    [Fact]
    public void Settings_of_a_that_b_did_not_expect_are_refused()
    {
        using InMemoryNetwork network = new InMemoryNetwork(
            Optimised, settingsOfBob: Optimised with { IsOptimised = false }, settingsOfAlice: Optimised).Connect();

        // B accepts of A what it was configured with only, and A proposed its own optimum.
        Assert.Contains("sourceA is not what this node accepts", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Empty(network.Hub.Blocks);
    }

    [Fact]
    public void A_plan_without_margin_by_the_own_model_is_not_proposed()
    {
        using InMemoryNetwork network = new InMemoryNetwork(
            Optimised, settingsOfAlice: Optimised with { Link = Link with { LossDb = 25, PeerLossDb = 25 } }).Connect();

        Assert.StartsWith("no block is planned: the expected key of 0 bits is 0.00 of its standard deviations", network.Alice.Engine.Status.Alarm,
            StringComparison.Ordinal);
        Assert.Empty(network.Hub.Blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_plan_without_margin_by_the_model_of_b_is_refused_whoever_chose_the_settings(bool optimised)
    {
        // Long enough for settings that were not chosen for it.
        NetworkSettings settings = Optimised with
        {
            IsOptimised = optimised, Block = Optimised.Block with { SlotsPerSession = 100_000_000 },
        };
        using InMemoryNetwork network = new InMemoryNetwork(
            settings, settingsOfBob: settings with { Link = Link with { PeerLossDb = 25 } }).Connect();

        Assert.Contains("bob refuses blocks: the expected key", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Empty(network.Bob.Engine.Status.BlockId);
        Assert.Empty(network.Hub.Blocks);
    }

    [Theory]
    [InlineData(-1, 0.9, "link: lossDb = -1 is outside 0..200")]
    [InlineData(3, 1.5, "link: detectorEfficiency = 1.5 is outside 0..1")]
    public void A_faulty_model_is_named(double lossDb, double efficiency, string expected) => Assert.Equal(
        expected, new PeerSettings("bob", Link: Link with { LossDb = lossDb, DetectorEfficiency = efficiency }).Fault(Optimised.Timing));

    [Fact]
    public void Settings_or_a_model_are_needed() => Assert.StartsWith(
        "source: missing", new PeerSettings("bob").Fault(Optimised.Timing), StringComparison.Ordinal);
}
