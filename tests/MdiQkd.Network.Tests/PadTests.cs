using MdiQkd.Authentication.Pool;
using MdiQkd.Hub.Pair;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 6.2: when authentication pads are spent, and what happens when they become few.</summary>
public class PadTests
{
    private const int Provisioned = KeyPool.ProvisionedPadsMin;

    [Fact]
    public void A_block_spends_no_pad_before_its_first_tag_and_four_a_direction_in_all()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        List<int> beforeFirstTag = [];
        network.HubSends = (node, message) =>
        {
            if (message.BodyCase == HubMessage.BodyOneofCase.ListClosed)
            {
                beforeFirstTag.Add(network.Node(node).Pool.Status.SendRemaining);
            }

            return [message];
        };
        network.RunBlock();

        network.AssertKeyAtBoth();
        Assert.Equal([Provisioned, Provisioned], beforeFirstTag);
        AssertPads(network, Provisioned - 4, Provisioned - 4);
    }

    [Fact]
    public void A_block_that_the_hub_ends_before_the_first_tag_costs_no_pad()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        network.RunSession();
        HubBlock block = Assert.Single(network.Hub.Blocks);
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            node.Engine.OnHubMessage(new HubMessage { Peer = node.Peer, EndBlock = new EndBlock { Block = block.Id, Reason = "HubLost" } });
        }

        network.Pump();

        Assert.Equal(AbortReason.HubLost, network.Alice.Report!.AbortReason);
        AssertPads(network, Provisioned, Provisioned);
    }

    /// <remarks>B has stored its key when its third tag leaves, so it spends the pad of "stored" too.</remarks>
    [Fact]
    public void A_hub_that_cuts_the_third_tag_drains_seven_pads_and_then_waits()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (_, message) => message.IsCheckpoint(CheckpointKind.T3) ? [] : [message];
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        Assert.Equal(AbortReason.TimedOut, network.Alice.Report!.AbortReason);
        AssertPads(network, Provisioned - 3, Provisioned - 4);
        network.Settle(ticks: 3);
        Assert.Contains("backing off", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        AssertPads(network, Provisioned - 3, Provisioned - 4);
    }

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("bob", "bob refuses blocks")]
    public void At_low_water_the_pair_raises_an_alarm_and_opens_no_block(string name, string alarm)
    {
        NetworkSettings low = new() { Pool = new KeyPoolSettings { LowWaterPads = Provisioned - 3 } };
        using InMemoryNetwork network = new InMemoryNetwork(
            settingsOfAlice: name == "alice" ? low : null, settingsOfBob: name == "bob" ? low : null).Connect().RunBlock();
        network.AssertKeyAtBoth();

        network.Settle(ticks: 8);

        Assert.Contains("at its reserve", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.StartsWith(name == "alice" ? "authentication pool with bob" : alarm, network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Empty(network.Hub.Blocks);
        Assert.Empty(network.Alice.Engine.Status.BlockId);
        Assert.Empty(network.Bob.Engine.Status.BlockId);
    }

    [Fact]
    public void Below_its_mark_the_pool_is_refilled_before_applications_get_key()
    {
        NetworkSettings settings = new() { Pool = new KeyPoolSettings { RefillPads = Provisioned + 1 } };
        using InMemoryNetwork network = new InMemoryNetwork(settings).Connect().RunBlock();
        network.AssertKeyAtBoth();
        int refill = network.Alice.Pool.Status.SendRemaining - (Provisioned - 4);

        // All of a small key goes to the pool, but for the root of the channel and one key of 256 bits (or the remainder of two).
        Assert.InRange(refill, 1, KeyRefill.Pads);
        AssertPads(network, Provisioned - 4 + refill, Provisioned - 4 + refill);
        Assert.InRange(network.Alice.KeyBits, 256, 512);
        Assert.InRange(
            network.Alice.Report!.SecretBits - network.Alice.KeyBits - (8 * (KeyPool.SegmentKeyBytes(refill) + KeyPool.RootBytes)), 0, 255);

        network.Settle();
        network.RunBlock();
        network.AssertKeyAtBoth();
    }

    private static void AssertPads(InMemoryNetwork network, int alice, int bob) =>
        Assert.Equal((alice, bob), (network.Alice.Pool.Status.SendRemaining, network.Bob.Pool.Status.SendRemaining));
}
