using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;

namespace MdiQkd.Network.Tests;

/// <summary>A block whose key is agreed on and cannot be stored: it is stored as soon as the stores work again, once, at both.</summary>
public class FailingStoreTests
{
    private const string Full = "No space left on device";

    /// <remarks>A failure after the commit is the one where the key is on disk although the caller was told that it is not.</remarks>
    [Theory]
    [InlineData("alice", "add:commit")]
    [InlineData("bob", "add:commit")]
    [InlineData("bob", "add:durable")]
    [InlineData("alice", "confirm:commit")]
    public async Task A_store_that_fails_some_times_keeps_the_key_of_the_block(string name, string step)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        TestNode failing = network.Node(name);
        int left = 3;
        failing.Keys.AtStep = at => Fail(at == step && left-- > 0);
        network.RunBlock();
        Assert.Null(failing.Report);
        Assert.Equal(PairState.Distilling, failing.Engine.Status.State);
        Assert.Contains(Full, failing.Engine.Status.Alarm, StringComparison.Ordinal);

        // Nothing is due before its time; then it is tried after 1, 2 and 4 s.
        failing.Engine.Tick();
        Assert.Equal(2, left);
        TickFor(network, StoreRetry.First);
        Assert.Equal(1, left);
        TickFor(network, TimeSpan.FromSeconds(2));
        Assert.Equal(0, left);
        Assert.Null(failing.Report);
        TickFor(network, TimeSpan.FromSeconds(4));
        network.AssertKeyAtBoth();
        Assert.Empty(failing.Engine.Status.Alarm);
        Assert.Equal(1, failing.Engine.Status.BlocksEnded);

        network.Settle();
        await AssertEveryKeyOnce(network);
    }

    /// <remarks>The stores are compared while one of them lacks the block, which without a key in waiting ends it at both.</remarks>
    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public async Task A_comparison_of_the_stores_does_not_take_a_key_that_waits(string name)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        using RelayedKeys keys = new(network);
        TestNode failing = network.Node(name);
        TestNode other = network.Node(failing.Peer);
        failing.Keys.AtStep = at => Fail(at == "add:commit");
        network.RunBlock();
        foreach (KeyAgreement starter in (KeyAgreement[])[keys.Alice, keys.Bob])
        {
            await Assert.ThrowsAnyAsync<Exception>(() => keys.SyncAsync(starter));
            Assert.Single(other.Keys.PendingBlocks(other.Peer));
        }

        failing.Keys.AtStep = null;
        TickFor(network, StoreRetry.First);
        network.AssertKeyAtBoth();
        network.Settle();
        await AssertEveryKeyOnce(network);
    }

    [Fact]
    public async Task A_peer_that_lost_the_connection_meanwhile_confirms_when_the_stores_are_compared()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.Alice.Keys.AtStep = at => Fail(at == "add:commit");
        network.HubSends = (_, message) => message.IsCheckpoint(CheckpointKind.Stored) ? [] : [message];
        network.RunBlock();
        network.Detach(network.Alice);
        network.Alice.Keys.AtStep = null;
        TickFor(network, StoreRetry.First);
        network.HubSends = (_, message) => [message];
        network.Attach(network.Alice);
        using (RelayedKeys keys = new(network))
        {
            await keys.SyncAsync(keys.Bob);
        }

        network.AssertKeyAtBoth();
        network.Settle();
        await AssertEveryKeyOnce(network);
    }

    [Fact]
    public void A_store_that_fails_for_ever_is_tried_once_a_minute_and_holds_up_no_other_pair()
    {
        using InMemoryNetwork network = new InMemoryNetwork(secondPair: true).Connect();
        int tries = 0;
        network.Alice.Keys.AtStep = at =>
        {
            if (at == "add:commit")
            {
                tries++;
                throw new KeyStoreException(KeyStoreFault.Inaccessible, Full);
            }
        };
        network.RunBlock();
        TickFor(network, TimeSpan.FromHours(1));

        // 1 + 2 + 4 + … + 32 s for the first six, then once a minute.
        Assert.InRange(tries, 60, 67);
        Assert.Equal(PairState.Distilling, network.Alice.Engine.Status.State);
        Assert.Contains(Full, network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Contains("Make room", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Equal(0, network.Alice.KeyBits);
        Assert.Equal(0, network.Bob.KeyBits);
        foreach (TestNode node in (TestNode[])[network.Node("carol"), network.Node("dave")])
        {
            Assert.Equal(AbortReason.None, node.Report!.AbortReason);
            Assert.True(node.KeyBits > 0);
            Assert.Empty(node.Engine.Status.Alarm);
        }

        // Whenever there is room again, the hour old key is stored.
        network.Alice.Keys.AtStep = null;
        TickFor(network, StoreRetry.Longest);
        network.AssertKeyAtBoth();
    }

    /// <remarks>The block is given up and its end cannot be stored: the pair goes on when it can.</remarks>
    [Fact]
    public void The_end_of_a_block_that_cannot_be_stored_is_stored_later()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        string block = network.Alice.Engine.Status.BlockId;
        network.Alice.Store.Execute("PRAGMA query_only = 1");
        network.Alice.Engine.GiveUp("for the test");
        network.Pump();
        Assert.Equal(block, network.Alice.Engine.Status.BlockId);
        Assert.Contains("the end of block", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);

        network.Alice.Store.Execute("PRAGMA query_only = 0");
        network.Settle();
        Assert.Equal("internal fault: for the test", network.Alice.Report!.Detail);
        Assert.Equal(1, network.Alice.Engine.Status.BlocksEnded);
        Assert.Empty(network.Alice.Engine.Status.Alarm);
        Assert.NotEqual(block, network.Alice.Engine.Status.BlockId);
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new KeyStoreException(KeyStoreFault.Inaccessible, Full);
        }
    }

    /// <summary>Time passes as it does for a daemon, in ticks of half a second.</summary>
    private static void TickFor(InMemoryNetwork network, TimeSpan span)
    {
        TimeSpan tick = TimeSpan.FromMilliseconds(500);
        for (TimeSpan passed = TimeSpan.Zero; passed < span; passed += tick)
        {
            network.Wait(tick);
        }
    }

    private static async Task AssertEveryKeyOnce(InMemoryNetwork network)
    {
        using RelayedKeys keys = new(network);
        IReadOnlyList<byte[]> delivered = await keys.DeliverAllAsync();
        Assert.InRange(256 * delivered.Count, network.Alice.Report!.SecretBits - 1024, network.Alice.Report.SecretBits);
        Assert.Equal(delivered.Count, delivered.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(0, network.Alice.KeyBits);
        Assert.Equal(0, network.Bob.KeyBits);
    }
}
