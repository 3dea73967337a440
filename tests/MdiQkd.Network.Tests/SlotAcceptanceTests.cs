using Google.Protobuf;
using MdiQkd.Distillation.Estimation;
using MdiQkd.Hub.Pair;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Sifting;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 2: which announced events a node accepts from the hub, and what a closed list is.</summary>
public class SlotAcceptanceTests
{
    private const long Emitted = 5000;

    [Theory]
    [InlineData("repeated", new long[] { 20 }, 1u, "not above")]
    [InlineData("descending", new long[] { 15, 30 }, 1u, "not above")]
    [InlineData("never emitted", new long[] { 6000 }, 1u, "was not emitted")]
    [InlineData("first slot within the guard", new long[] { 30, 4000 }, 1u, "was not emitted")]
    [InlineData("batch left out", new long[] { 30 }, 2u, "after batch")]
    [InlineData("empty batch", new long[0], 1u, "batch of 0 events")]
    public void An_event_that_breaks_a_rule_ends_the_block(string rule, long[] slots, uint sequence, string detail)
    {
        Assert.NotEmpty(rule);
        using InMemoryNetwork network = Running(out HubSession session);
        Announce(network, Batch(session.Id, 0, 10, 20));
        Assert.Equal(2, network.Alice.Engine.Status.Announced);

        Announce(network, AnnouncementBatchCodec.Encode(session.Id, sequence, slots, new byte[slots.Length]));

        AssertBroken(network, detail);
    }

    [Fact]
    public void The_last_slot_before_the_guard_is_accepted()
    {
        using InMemoryNetwork network = Running(out HubSession session);

        Announce(network, Batch(session.Id, 0, 0, Emitted - network.Settings.Block.GuardSlots - 1));

        Assert.Equal(2, network.Alice.Engine.Status.Announced);
        Assert.Equal(2, network.Bob.Engine.Status.Announced);
    }

    [Fact]
    public void A_slot_twice_in_one_batch_ends_the_block()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        byte[] bytes = Batch(session.Id, 0, 10, 11);
        bytes[^1] = 0;

        Announce(network, bytes);

        AssertBroken(network, nameof(AnnouncementBatchFault.NotAscending));
    }

    [Fact]
    public void A_slot_beyond_the_session_ends_the_block_whatever_the_encoder_says()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        long slots = network.Settings.Block.SlotsPerSession;
        network.Emit(session.Id, 2 * slots, ended: false);

        Announce(network, Batch(session.Id, 0, slots));

        AssertBroken(network, "was not emitted");
    }

    [Fact]
    public void A_Bell_state_that_the_block_does_not_accept_ends_it()
    {
        using InMemoryNetwork network = Running(out HubSession session);

        Announce(network, AnnouncementBatchCodec.Encode(session.Id, 0, [10], [(byte)BellState.PsiPlus]));

        AssertBroken(network, "Bell state");
    }

    [Fact]
    public void Events_of_a_session_that_has_not_started_end_the_block()
    {
        using InMemoryNetwork network = Running(out _);
        SessionId next = Assert.Single(network.Hub.Blocks).Plan.Sessions[1];

        Announce(network, Batch(next, 0, 10));

        AssertBroken(network, "never emitted");
    }

    [Fact]
    public void A_session_that_is_unknown_or_bound_to_another_pair_is_neither_emitted_nor_counted()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        BlockPlan plan = Assert.Single(network.Hub.Blocks).Plan;
        SessionId foreign = new(0xABCDEF);
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            node.Engine.OnHubMessage(new HubMessage
            {
                Peer = node.Peer,
                StartSession = new StartSession { Block = Bytes(plan.Id), Session = Bytes(foreign), StartPs = 1_000_000 },
            });
            node.Engine.OnEmission(foreign, Emitted, ended: false);
        }

        Announce(network, Batch(foreign, 0, 10));

        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Equal([session.Id], node.Emission.Started);
            Assert.Equal(0, node.Engine.Status.Announced);
            Assert.DoesNotContain(network.SentBy(node), message => message.BodyCase == NodeMessage.BodyOneofCase.BatchesStored);
            Assert.Equal(plan.Id.ToString(), node.Engine.Status.BlockId);
        }
    }

    [Fact]
    public void A_batch_again_is_harmless_and_cannot_replace_the_first()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        Announce(network, Batch(session.Id, 0, 10, 20));

        Announce(network, Batch(session.Id, 0, 10, 20));
        Announce(network, Batch(session.Id, 0, 11, 21, 31));
        Announce(network, Batch(session.Id, 1, 22));

        Assert.Equal(3, network.Alice.Engine.Status.Announced);
        Assert.Equal(3, network.Bob.Engine.Status.Announced);
    }

    [Theory]
    [InlineData("more events", AbortReason.ListMismatch)]
    [InlineData("fewer events", AbortReason.ListMismatch)]
    [InlineData("lower limit, same events", AbortReason.ListMismatch)]
    [InlineData("higher limit", AbortReason.HubRuleBroken)]
    [InlineData("negative limit", AbortReason.HubRuleBroken)]
    [InlineData("session left out", AbortReason.HubRuleBroken)]
    [InlineData("session twice", AbortReason.HubRuleBroken)]
    [InlineData("sessions exchanged", AbortReason.HubRuleBroken)]
    [InlineData("short id", AbortReason.HubRuleBroken)]
    public void A_list_closed_otherwise_than_it_was_announced_ends_the_block(string change, AbortReason reason)
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        network.HubSends = (_, message) =>
        {
            if (message.BodyCase == HubMessage.BodyOneofCase.ListClosed)
            {
                Change(message.ListClosed, change);
            }

            return [message];
        };
        network.RunBlock();

        network.AssertNothingGained(network.Alice, reason);
        network.AssertNothingGained(network.Bob, reason);
    }

    [Fact]
    public void A_list_closed_before_all_sessions_are_complete_ends_the_block()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        BlockPlan plan = Assert.Single(network.Hub.Blocks).Plan;
        network.RunSession();
        ListClosed early = new() { Block = Bytes(plan.Id) };
        long limit = plan.SlotsPerSession - plan.GuardSlots;
        early.Sessions.Add(new ClosedSession { Session = Bytes(plan.Sessions[0]), Limit = limit, Events = 2000 });
        early.Sessions.Add(new ClosedSession { Session = Bytes(plan.Sessions[1]) });

        SendToBoth(network, () => new HubMessage { ListClosed = early.Clone() });

        AssertBroken(network, "before all sessions");
    }

    [Fact]
    public void A_session_closed_while_it_is_still_emitted_ends_the_block()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        Announce(network, Batch(session.Id, 0, 10));

        SendToBoth(network, () => new HubMessage { SessionClosed = new SessionClosed { Session = Bytes(session.Id), Batches = 1 } });

        AssertBroken(network, "before it ended");
    }

    [Fact]
    public void A_session_closed_with_another_number_of_batches_ends_the_block()
    {
        using InMemoryNetwork network = Running(out HubSession session);
        Announce(network, Batch(session.Id, 0, 10));
        network.Emit(session.Id, Emitted, ended: true);

        SendToBoth(network, () => new HubMessage { SessionClosed = new SessionClosed { Session = Bytes(session.Id), Batches = 2 } });

        AssertBroken(network, "is closed with 2 batches");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Different_lists_for_the_two_users_give_no_key_and_no_disclosure(bool countsFit)
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        bool dropped = false;
        network.HubSends = (node, message) =>
        {
            if (node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.Announcements && !dropped)
            {
                dropped = true;
                AnnouncementBatchCodec.TryDecode(message.Announcements.Batch.Span, out AnnouncementBatch? batch);
                byte[] shorter = AnnouncementBatchCodec.Encode(batch!.Session, batch.Sequence, batch.Slots.AsSpan(1), batch.Outcomes.AsSpan(1));
                message.Announcements.Batch = ByteString.CopyFrom(shorter);
            }
            else if (node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.ListClosed && countsFit)
            {
                message.ListClosed.Sessions[0].Events--;
            }

            return [message];
        };
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        if (countsFit)
        {
            // Only the authenticated tags show it.
            network.AssertNothingGained(network.Alice, AbortReason.AuthenticationFailed);
            network.AssertNothingGained(network.Bob, AbortReason.AuthenticationFailed);
        }
        else
        {
            network.AssertNothingGained(network.Alice, AbortReason.PeerAborted, AbortReason.HubLost);
            network.AssertNothingGained(network.Bob, AbortReason.ListMismatch);
        }
    }

    [Fact]
    public void Different_limits_for_the_two_users_give_no_key_and_no_disclosure()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        long lowered = -1;
        network.HubSends = (node, message) =>
        {
            if (node == "alice" && message.BodyCase == HubMessage.BodyOneofCase.ListClosed)
            {
                // Slots are spread so that exactly the last event lies above.
                ClosedSession entry = message.ListClosed.Sessions[0];
                entry.Limit = lowered;
                entry.Events--;
            }

            return [message];
        };
        network.Prepare = (_, slots, _, _) => lowered = lowered < 0 ? slots[^1] : lowered;
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        network.AssertNothingGained(network.Alice, AbortReason.AuthenticationFailed);
        network.AssertNothingGained(network.Bob, AbortReason.AuthenticationFailed);
    }

    [Fact]
    public void A_closed_list_is_final_and_closing_it_again_is_harmless()
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        network.HubSends = (_, message) =>
        {
            if (message.BodyCase != HubMessage.BodyOneofCase.ListClosed)
            {
                return [message];
            }

            HubMessage withdrawn = message.Clone();
            Change(withdrawn.ListClosed, "negative limit");
            HubMessage late = new()
            {
                Peer = message.Peer,
                Announcements = new Announcements
                {
                    Batch = ByteString.CopyFrom(Batch(SessionId.Read(message.ListClosed.Sessions[0].Session.Span), 1, 9_998_000)),
                },
            };
            return [message, message.Clone(), withdrawn, late];
        };
        network.RunBlock();

        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Equal(4000, node.Report!.Announced);
            Assert.NotEqual(AbortReason.HubRuleBroken, node.Report.AbortReason);
            Assert.Single(network.SentBy(node), message => message.BodyCase == NodeMessage.BodyOneofCase.Disclosure);
            Assert.Single(network.SentBy(node), message =>
                message.BodyCase == NodeMessage.BodyOneofCase.Relay && RunRecord.CheckpointOf(message.Relay) == CheckpointKind.T1);
        }
    }

    [Fact]
    public void The_hub_may_cut_a_session_off_before_it_closes_the_list()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        bool cut = false;
        network.HubReceives = (node, message) =>
        {
            if (node == "alice" && !cut && message is { BodyCase: NodeMessage.BodyOneofCase.SessionState, SessionState.Ended: true })
            {
                cut = true;
                message.SessionState.Emitted -= message.SessionState.Emitted / 20;
            }

            return [message];
        };
        network.RunBlock();

        network.AssertKeyAtBoth();
        Assert.InRange(network.Alice.Report!.Announced, 200_000, 208_000);
        Assert.Equal(network.Alice.Report.Announced, network.Bob.Report!.Announced);
    }

    [Fact]
    public void A_session_whose_encoder_failed_ends_below_its_last_report_and_the_block_goes_on()
    {
        NetworkSettings settings = new();
        using InMemoryNetwork network = new InMemoryNetwork(settings with { Block = settings.Block with { Sessions = 3 } }).Connect();
        (HubBlock block, HubSession session) = network.StartSession();
        long[] slots = network.DrawEvents(session.Id);
        long half = network.Settings.Block.SlotsPerSession / 2;
        network.Bob.Engine.OnEmission(session.Id, network.Settings.Block.SlotsPerSession, ended: true);
        network.Alice.Engine.OnEmission(session.Id, half, ended: false);
        network.Alice.Engine.OnEmission(session.Id, 0, ended: true); // the encoder is lost; it had emitted more by then
        block.Announce(session, slots, new byte[slots.Length]);
        network.Pump();
        block.EndMeasurement(session);
        network.Pump();
        int below = slots.Count(slot => slot < half - network.Settings.Block.GuardSlots);
        Assert.Equal(below, network.Alice.Engine.Status.Announced);

        network.RunSession();
        network.RunSession();

        network.AssertKeyAtBoth();
        Assert.Equal(below + (2 * network.Settings.EventsPerSession), network.Alice.Report!.Announced);
        Assert.Equal(network.Alice.Report.Announced, network.Bob.Report!.Announced);
    }

    [Fact]
    public void The_key_length_does_not_depend_on_the_number_of_slots()
    {
        NetworkSettings settings = new();
        LinkEvents events = new(settings.SourceA, settings.SourceB, settings.Channel);
        (_, byte[] a, byte[] b) = events.Draw(500_000, settings.Block.SlotsPerSession, settings.Block.GuardSlots, seed: 7);
        SiftResult sift = Sifter.Sift(LabelPlanes.FromStates(a), LabelPlanes.FromStates(b), []);

        KeyLengthDecision Decide(long slots) => BlockEstimator.Decide(
            sift.Counts,
            new BlockPlan(
                new BlockId(1), "alice", "bob", settings.Timing, settings.Pilots, settings.SourceA, settings.SourceB, false,
                [new SessionId(1), new SessionId(2)], slots, settings.Block.GuardSlots, settings.Block.Security, 1500, 50_000),
            leakEc: sift.ZzCount / 20);

        KeyLengthDecision planned = Decide(settings.Block.SlotsPerSession);
        Assert.True(planned.KeyBits > 0, planned.Detail);
        foreach (long slots in (ReadOnlySpan<long>)[1_000_000, 33_333_333, 1_000_000_000, BlockPlan.SlotsPerSessionMax])
        {
            KeyLengthDecision other = Decide(slots);

            // Rounding of N in doubles may move the length over one boundary of its unit of 64 bits.
            Assert.InRange(
                other.KeyBits, planned.KeyBits - BlockEstimator.KeyUnitBits, planned.KeyBits + BlockEstimator.KeyUnitBits);
            Assert.Equal(planned.PhaseErrorUpper, other.PhaseErrorUpper, 7);
        }
    }

    private static InMemoryNetwork Running(out HubSession session)
    {
        InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        (_, session) = network.StartSession();
        network.Emit(session.Id, Emitted, ended: false);
        return network;
    }

    private static void Change(ListClosed list, string change)
    {
        ClosedSession first = list.Sessions[0];
        ClosedSession second = list.Sessions[1];
        switch (change)
        {
            case "more events":
                first.Events++;
                break;
            case "fewer events":
                second.Events--;
                break;
            case "lower limit, same events":
                first.Limit /= 2;
                break;
            case "higher limit":
                second.Limit++;
                break;
            case "negative limit":
                first.Limit = -1;
                break;
            case "session left out":
                list.Sessions.RemoveAt(1);
                break;
            case "session twice":
                second.Session = first.Session;
                break;
            case "sessions exchanged":
                (first.Session, second.Session) = (second.Session, first.Session);
                break;
            case "short id":
                first.Session = ByteString.CopyFrom(first.Session.Span[..15]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "no such change");
        }
    }

    private static void AssertBroken(InMemoryNetwork network, string detail)
    {
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            network.AssertNothingGained(node, AbortReason.HubRuleBroken);
            Assert.Contains(detail, node.Report!.Detail, StringComparison.Ordinal);
        }
    }

    private static void Announce(InMemoryNetwork network, byte[] batch) =>
        SendToBoth(network, () => new HubMessage { Announcements = new Announcements { Batch = ByteString.CopyFrom(batch) } });

    private static void SendToBoth(InMemoryNetwork network, Func<HubMessage> create)
    {
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            HubMessage message = create();
            message.Peer = node.Peer;
            node.Engine.OnHubMessage(message);
        }

        network.Pump();
    }

    private static byte[] Batch(SessionId session, uint sequence, params long[] slots) =>
        AnnouncementBatchCodec.Encode(session, sequence, slots, new byte[slots.Length]);

    private static ByteString Bytes(SessionId id) => ByteString.CopyFrom(id.ToArray());

    private static ByteString Bytes(BlockId id) => ByteString.CopyFrom(id.ToArray());
}
