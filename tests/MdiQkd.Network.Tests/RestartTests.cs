using Google.Protobuf;
using MdiQkd.Hub.Pair;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>Kill −9 at every stage of a block: no slot is emitted twice, no key is unequal (PROTOCOL 2.1, 7.1).</summary>
public class RestartTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void Killed_before_and_between_sessions_the_block_goes_on_to_a_key(string name)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        string block = network.Alice.Engine.Status.BlockId;
        Kill(network, network.Node(name));
        network.RunSession();
        Kill(network, network.Node(name));
        Assert.Equal(network.Settings.EventsPerSession, network.Node(name).Engine.Status.Announced);
        network.RunSession();

        network.AssertKeyAtBoth();
        Assert.Equal(block, network.Alice.Report!.BlockId);
        Assert.Equal(2 * network.Settings.EventsPerSession, network.Alice.Report.Announced);
        AssertNoSessionTwice(network);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void Killed_in_the_middle_of_a_session_the_rest_of_it_is_lost_and_the_block_goes_on_to_a_key(string name)
    {
        NetworkSettings settings = new();
        using InMemoryNetwork network = new InMemoryNetwork(settings with { Block = settings.Block with { Sessions = 3 } }).Connect();
        TestNode killed = network.Node(name);
        TestNode other = network.Node(killed.Peer);
        (HubBlock block, HubSession session) = network.StartSession();
        long[] slots = network.DrawEvents(session.Id);
        int half = slots.Length / 2;
        network.Emit(session.Id, slots[half] + settings.Block.GuardSlots, ended: false);
        block.Announce(session, slots.AsSpan(0, half), new byte[half]);
        network.Pump();
        Kill(network, killed);
        Assert.Equal(half, killed.Engine.Status.Announced);

        // The hub and the other user do not know yet and go on.
        other.Engine.OnEmission(session.Id, settings.Block.SlotsPerSession, ended: false);
        block.Announce(session, slots.AsSpan(half), new byte[slots.Length - half]);
        network.Pump();
        other.Engine.OnEmission(session.Id, settings.Block.SlotsPerSession, ended: true);
        block.EndMeasurement(session);
        network.Pump();
        Replay(network, killed, block.Plan.Id, session.Id);
        network.RunSession();
        network.RunSession();

        network.AssertKeyAtBoth();
        Assert.Equal(half + (2L * settings.EventsPerSession), network.Alice.Report!.Announced);
        Assert.Equal(network.Alice.Report.Announced, network.Bob.Report!.Announced);
        AssertNoSessionTwice(network);
    }

    [Fact]
    public void Failure_probabilities_add_up_over_blocks_with_and_without_a_key_and_over_restarts()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect().RunBlock();
        network.AssertKeyAtBoth();
        network.Settle();
        network.Alice.Engine.GiveUp("for the test");
        network.Pump();

        // 80 epsilon and the correctness per block (SECURITY.md, section 4).
        double each = (80 * network.Settings.Block.Security.Epsilon) + network.Settings.Block.Security.EpsilonCorrectness;
        Kill(network, network.Alice);
        PairStatus status = network.Alice.Engine.Status;
        Assert.Equal(2, status.BlocksEnded);
        Assert.Equal(2 * each, status.AccumulatedEpsilon, 1e-6 * each);
        Assert.Equal(each, network.Bob.Report!.Epsilon, 1e-6 * each);
    }

    /// <remarks>
    /// The peer has closed the list and sent its first tag; the killed node comes back with the same list, since the hub closed it
    /// on its word that every event is durable.
    /// </remarks>
    [Theory]
    [InlineData("alice", false)]
    [InlineData("bob", false)]
    [InlineData("alice", true)]
    [InlineData("bob", true)]
    public void Killed_before_it_heard_that_the_list_is_closed_the_block_goes_on_to_a_key(string name, bool sessionToo)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (node, message) => node == name
            && (message.BodyCase == HubMessage.BodyOneofCase.ListClosed
                || (sessionToo && message.BodyCase == HubMessage.BodyOneofCase.SessionClosed)) ? [] : [message];
        network.RunBlock();
        TestNode killed = network.Node(name);
        Assert.Equal(PairState.Accumulating, killed.Engine.Status.State);
        Assert.Equal(PairState.Distilling, network.Node(killed.Peer).Engine.Status.State);

        network.HubSends = (_, message) => [message];
        Kill(network, killed);
        network.Settle();

        network.AssertKeyAtBoth();
        Assert.Equal(2L * network.Settings.EventsPerSession, network.Alice.Report!.Announced);
    }

    [Fact]
    public void The_list_is_not_closed_before_both_hold_every_event_durably()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubReceives = (node, message) =>
            node == "bob" && message.BodyCase == NodeMessage.BodyOneofCase.BatchesStored ? [] : [message];
        network.RunBlock();
        Assert.Equal(BlockPhase.Accumulating, Assert.Single(network.Hub.Blocks).Phase);

        network.HubReceives = (_, message) => [message];
        network.Detach(network.Bob);
        network.Attach(network.Bob);
        network.Settle();

        network.AssertKeyAtBoth();
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void A_connection_lost_during_distillation_ends_the_block_at_once_at_both(string name)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (_, message) => message.IsCheckpoint(CheckpointKind.T2) ? [] : [message];
        network.RunBlock();
        network.HubSends = (_, message) => [message];

        network.Detach(network.Node(name));
        network.Attach(network.Node(name));
        network.Settle();

        TestNode cut = network.Node(name);
        Assert.Equal(AbortReason.HubLost, cut.Report!.AbortReason);
        Assert.NotEqual(AbortReason.None, network.Node(cut.Peer).Report!.AbortReason);
        Assert.Equal(PairState.Accumulating, network.Alice.Engine.Status.State);
        Assert.Equal(PairState.Accumulating, network.Bob.Engine.Status.State);
    }

    /// <remarks>The start comes again, too late for the encoder: the session ends without a slot, the block goes on.</remarks>
    [Fact]
    public void A_start_that_was_lost_with_the_connection_costs_its_session_only()
    {
        NetworkSettings settings = new();
        using InMemoryNetwork network = new InMemoryNetwork(settings with { Block = settings.Block with { Sessions = 3 } }).Connect();
        network.HubSends = (node, message) =>
            node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.StartSession ? [] : [message];
        (HubBlock block, HubSession session) = network.StartSession();
        Assert.Empty(network.Bob.Emission.Started);
        network.Alice.Engine.OnEmission(session.Id, settings.Block.SlotsPerSession, ended: true);
        network.HubSends = (_, message) => [message];
        Kill(network, network.Bob);
        Assert.Equal([session.Id], network.Bob.Emission.Started);
        network.Bob.Engine.OnEmission(session.Id, 0, ended: true);
        block.EndMeasurement(session);
        network.Pump();

        network.RunSession();
        network.RunSession();

        network.AssertKeyAtBoth();
        Assert.Equal(2L * settings.EventsPerSession, network.Alice.Report!.Announced);
    }

    [Fact]
    public void A_session_that_cannot_start_beside_another_is_used_up_and_the_block_goes_on()
    {
        NetworkSettings settings = new();
        using InMemoryNetwork network = new InMemoryNetwork(settings with { Block = settings.Block with { Sessions = 3 } }).Connect();
        (HubBlock block, HubSession first) = network.StartSession();
        (_, HubSession second) = network.StartSession();
        Assert.Equal([first.Id], network.Alice.Emission.Started);
        long[] slots = network.DrawEvents(first.Id);
        network.Emit(first.Id, settings.Block.SlotsPerSession, ended: true);
        block.Announce(first, slots, new byte[slots.Length]);
        block.Announce(second, [5, 6], new byte[2]); // dark counts of a session that nobody emitted
        network.Pump();
        block.EndMeasurement(first);
        block.EndMeasurement(second);
        network.Pump();

        network.RunSession();

        network.AssertKeyAtBoth();
        Assert.Equal(2L * settings.EventsPerSession, network.Alice.Report!.Announced);
        Assert.DoesNotContain(second.Id, network.Alice.Emission.Started);
    }

    [Fact]
    public void A_session_started_before_the_kill_is_never_started_again()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        (HubBlock block, HubSession session) = network.StartSession();
        Kill(network, network.Alice);
        Kill(network, network.Bob);
        Replay(network, network.Alice, block.Plan.Id, session.Id);
        Replay(network, network.Bob, block.Plan.Id, session.Id);

        // The block goes on with the next session only.
        network.RunSession();
        network.Settle();
        Kill(network, network.Alice);
        Replay(network, network.Alice, block.Plan.Id, session.Id);
        Replay(network, network.Alice, BlockId.Read(Assert.Single(network.Hub.Blocks).Id.Span), session.Id);
        AssertNoSessionTwice(network);
        Assert.Equal(block.Plan.Sessions, network.Bob.Emission.Started);
    }

    [Theory]
    [InlineData("alice", false)]
    [InlineData("alice", true)]
    [InlineData("bob", true)]
    public void Killed_during_distillation_both_give_the_block_up(string name, bool hubHidesTheEnd)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (_, message) => message.IsCheckpoint(CheckpointKind.T2) ? [] : [message];
        network.HubReceives = (node, message) =>
            hubHidesTheEnd && node == name && message.BodyCase == NodeMessage.BodyOneofCase.EndBlock ? [] : [message];
        network.RunBlock();
        Assert.Equal(PairState.Distilling, network.Alice.Engine.Status.State);
        Assert.Equal(PairState.Distilling, network.Bob.Engine.Status.State);
        string block = network.Alice.Engine.Status.BlockId;

        Kill(network, network.Node(name));
        network.HubSends = (_, message) => [message];
        network.Settle();

        TestNode killed = network.Node(name);
        TestNode other = network.Node(killed.Peer);
        Assert.Equal(AbortReason.StateLost, killed.Report!.AbortReason);
        Assert.Equal(block, killed.Report.BlockId);
        Assert.Equal(block, other.Report!.BlockId);
        Assert.Contains(other.Report.AbortReason, (AbortReason[])[AbortReason.StateLost, AbortReason.HubLost, AbortReason.PeerAborted]);
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
        Assert.DoesNotContain(network.SentBy(network.Alice), message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes);
        Assert.DoesNotContain(network.SentBy(network.Bob), message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes);
        Assert.Equal(PairState.Accumulating, network.Alice.Engine.Status.State);
        Assert.Equal(PairState.Accumulating, network.Bob.Engine.Status.State);
        Assert.NotEqual(block, network.Bob.Engine.Status.BlockId);
    }

    /// <remarks>Either only the killed node, or neither of the two, has got the peer's word that its key is stored.</remarks>
    [Theory]
    [InlineData("alice", false)]
    [InlineData("bob", false)]
    [InlineData("alice", true)]
    public async Task Killed_after_the_key_is_stored_both_keep_it_once_the_stores_are_compared(string name, bool bothCut)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (node, message) =>
            (bothCut || node == name) && message.IsCheckpoint(CheckpointKind.Stored) ? [] : [message];
        network.RunBlock();
        TestNode killed = network.Node(name);
        Assert.Single(killed.Keys.PendingBlocks(killed.Peer));
        Assert.Equal(0, killed.KeyBits);

        Kill(network, killed);
        Assert.Single(killed.Keys.PendingBlocks(killed.Peer));
        Assert.Equal(0, killed.KeyBits);
        using RelayedKeys keys = new(network);
        await keys.SyncAsync(name == "alice" ? keys.Alice : keys.Bob);

        Assert.True(network.Alice.KeyBits > 0);
        Assert.Equal(network.Alice.KeyBits, network.Bob.KeyBits);
        Assert.Empty(network.Alice.Keys.PendingBlocks("bob"));
        Assert.Empty(network.Bob.Keys.PendingBlocks("alice"));
        Assert.NotEmpty(await keys.DeliverAllAsync());
        network.HubSends = (_, message) => [message];
        network.Settle();
        Assert.Equal(PairState.Accumulating, network.Alice.Engine.Status.State);
        Assert.Equal(PairState.Accumulating, network.Bob.Engine.Status.State);
    }

    private static void Kill(InMemoryNetwork network, TestNode node)
    {
        network.Hub.OnDetached(node.Name);
        node.Restart();
        network.Attach(node);
    }

    private static void Replay(InMemoryNetwork network, TestNode node, BlockId block, SessionId session)
    {
        int started = node.Emission.Started.Count;
        node.Engine.OnHubMessage(new HubMessage
        {
            Peer = node.Peer,
            StartSession = new StartSession
            {
                Block = ByteString.CopyFrom(block.ToArray()), Session = ByteString.CopyFrom(session.ToArray()), StartPs = 1_000_000,
            },
        });
        network.Pump();
        Assert.Equal(started, node.Emission.Started.Count);
    }

    private static void AssertNoSessionTwice(InMemoryNetwork network)
    {
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.NotEmpty(node.Emission.Started);
            Assert.Equal(node.Emission.Started.Distinct(), node.Emission.Started);
        }
    }
}
