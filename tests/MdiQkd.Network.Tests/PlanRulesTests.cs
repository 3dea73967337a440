using Google.Protobuf;
using MdiQkd.Hub.Pair;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 1: a block is a plan, fixed before its first slot, and nothing is disclosed before its list is authenticated.</summary>
public class PlanRulesTests
{
    private static readonly NetworkSettings Base = RunRecord.Small;

    public static TheoryData<string, bool> ChangedFields()
    {
        TheoryData<string, bool> cases = [];
        foreach (string field in (ReadOnlySpan<string>)[
            "timing", "pilots", "sessions", "slotsPerSession", "guardSlots", "acceptPsiPlus", "security", "efficiencyCapMilli",
            "qberCapMicro", "sourceA", "sourceB"])
        {
            cases.Add(field, true);
            cases.Add(field, false);
        }

        return cases;
    }

    [Fact]
    public void A_plan_reads_back_from_its_own_bytes_and_from_nothing_shorter_or_longer()
    {
        BlockPlan plan = Sample();
        byte[] bytes = plan.Encode();

        Assert.True(BlockPlan.TryDecode(bytes, out BlockPlan? read, out string? fault), fault);
        Assert.Equal(plan.Sessions, read.Sessions);
        Assert.Equal(plan, read with { Sessions = plan.Sessions });
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(BlockPlan.TryDecode(bytes.AsSpan(0, length), out _, out string? reason), $"{length} bytes");
            Assert.NotEmpty(reason);
        }

        Assert.False(BlockPlan.TryDecode([.. bytes, 0], out _, out _));
    }

    [Fact]
    public void Every_byte_of_a_plan_counts_and_one_plan_has_one_encoding()
    {
        BlockPlan plan = Sample();
        byte[] bytes = plan.Encode();
        int decoded = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 2;
            if (BlockPlan.TryDecode(changed, out BlockPlan? read, out _))
            {
                decoded++;
                Assert.Equal(changed, read.Encode());
                Assert.NotEqual(plan.Fingerprint(), read.Fingerprint());
            }
        }

        Assert.True(decoded > 0);

        // The same name with a length prefix of two bytes: magic 11, version 1, block 16 bytes stand before it.
        const int NameAt = 28;
        Assert.Equal(5, bytes[NameAt]);
        byte[] overlong = [.. bytes[..NameAt], 0x85, 0x00, .. bytes[(NameAt + 1)..]];
        Assert.False(BlockPlan.TryDecode(overlong, out _, out _));
    }

    [Theory]
    [MemberData(nameof(ChangedFields))]
    public void One_changed_field_at_one_user_is_refused_by_its_name(string field, bool atAlice)
    {
        NetworkSettings other = Changed(field);
        using InMemoryNetwork network = new InMemoryNetwork(Base, atAlice ? other : null, atAlice ? null : other).Connect();

        Assert.Contains(field, network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);
        Assert.Empty(network.Alice.Engine.Status.BlockId);
        Assert.Empty(network.Bob.Engine.Status.BlockId);
        Assert.Empty(network.Hub.Blocks);
    }

    /// <remarks>Sealed messages: A proposes, B accepts, A confirms, B says that it opened.</remarks>
    [Theory]
    [InlineData("bob", 0)]
    [InlineData("alice", 1)]
    public void No_block_opens_and_nothing_starts_before_both_hold_the_acceptance(string sender, int passed)
    {
        using InMemoryNetwork network = new(Base);
        DropSealed(network, sender, passed);
        network.Connect();
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Start(node, new BlockId(1), new SessionId(1));
        }

        network.Pump();
        Assert.Null(network.Hub.NextSession());
        Assert.Empty(network.Alice.Engine.Status.BlockId);
        Assert.Empty(network.Bob.Engine.Status.BlockId);
        Assert.Empty(network.Alice.Emission.Started);
        Assert.Empty(network.Bob.Emission.Started);
    }

    [Fact]
    public void A_session_that_the_hub_starts_before_this_user_opened_the_block_is_refused()
    {
        using InMemoryNetwork network = new(Base);
        DropSealed(network, "bob", 1);
        network.Connect();
        BlockPlan plan = Assert.Single(network.Hub.Blocks).Plan;

        Assert.Null(network.Hub.NextSession());
        Start(network.Alice, plan.Id, plan.Sessions[0]);

        Assert.Empty(network.Alice.Emission.Started);
    }

    [Fact]
    public void A_plan_with_a_session_that_B_used_before_is_refused()
    {
        SessionId[] first;
        using (InMemoryNetwork known = new InMemoryNetwork(Base).Connect())
        {
            first = [.. Assert.Single(known.Hub.Blocks).Plan.Sessions];
        }

        // The same seed gives the same proposal.
        using InMemoryNetwork network = new(Base);
        Assert.True(network.Bob.Store.TryStartSession(new BlockId(1), first[1]));
        List<string> alarms = [];
        network.HubSends = (_, message) =>
        {
            alarms.Add(network.Alice.Engine.Status.Alarm);
            return [message];
        };
        network.Connect();

        Assert.Contains(alarms, alarm => alarm.Contains($"session {first[1]} was used before", StringComparison.Ordinal));
        Assert.DoesNotContain(first[1], Assert.Single(network.Hub.Blocks).Plan.Sessions);
    }

    [Fact]
    public void Nothing_is_disclosed_before_the_list_is_closed_and_the_first_tag_of_the_peer_arrived()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base).Connect().RunBlock();

        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            int disclosed = network.Seen.FindIndex(seen => seen.Received && seen.Node == node.Name
                && NodeMessage.Parser.ParseFrom(seen.Bytes).BodyCase == NodeMessage.BodyOneofCase.Disclosure);
            int closed = network.Seen.FindIndex(seen => !seen.Received && seen.Node == node.Name
                && HubMessage.Parser.ParseFrom(seen.Bytes).BodyCase == HubMessage.BodyOneofCase.ListClosed);
            int tagged = network.Seen.FindIndex(seen => !seen.Received && seen.Node == node.Name
                && HubMessage.Parser.ParseFrom(seen.Bytes).IsCheckpoint(CheckpointKind.T1));
            Assert.InRange(closed, 0, disclosed);
            Assert.InRange(tagged, 0, disclosed);
        }
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void A_user_that_never_gets_the_first_tag_of_the_peer_discloses_nothing(string cut)
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base).Connect();
        network.HubSends = (node, message) => node == cut && message.IsCheckpoint(CheckpointKind.T1) ? [] : [message];
        network.RunBlock();
        Assert.Equal(PairState.Distilling, network.Node(cut).Engine.Status.State);

        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        network.AssertNothingGained(network.Node(cut), AbortReason.TimedOut, AbortReason.PeerAborted);
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
    }

    [Fact]
    public void A_forged_first_tag_leads_to_no_disclosure()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base).Connect();
        network.HubSends = (node, message) =>
        {
            if (message.IsCheckpoint(CheckpointKind.T1))
            {
                PeerMessage forged = PeerMessage.Parser.ParseFrom(message.Relay);
                byte[] tag = forged.Checkpoint.Tag.Tag.ToByteArray();
                tag[0] ^= 1;
                forged.Checkpoint.Tag.Tag = ByteString.CopyFrom(tag);
                message.Relay = forged.ToByteString();
            }

            return [message];
        };
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        network.AssertNothingGained(network.Alice, AbortReason.AuthenticationFailed);
        network.AssertNothingGained(network.Bob, AbortReason.AuthenticationFailed);
    }

    [Fact]
    public void A_second_plan_for_the_open_block_is_ignored()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base).Connect();
        BlockPlan plan = Assert.Single(network.Hub.Blocks).Plan;
        byte[] agreed = plan.Encode();

        network.Hub.OnMessage("alice", new NodeMessage
        {
            Peer = "bob",
            OpenBlock = new OpenBlock { Plan = ByteString.CopyFrom((plan with { GuardSlots = 10 }).Encode()) },
        });

        Assert.Equal(agreed, Assert.Single(network.Hub.Blocks).Plan.Encode());
        network.RunSession();
        Assert.Equal(plan.Id.ToString(), network.Alice.Engine.Status.BlockId);
        Assert.Equal(plan.Id.ToString(), network.Bob.Engine.Status.BlockId);
    }

    [Fact]
    public void A_block_without_key_is_destroyed_and_none_of_its_sessions_runs_again()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base).Connect();
        BlockPlan first = Assert.Single(network.Hub.Blocks).Plan;
        network.RunBlock();
        network.Settle();

        Assert.InRange((int)network.Alice.Report!.AbortReason, 1, 19);
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
        Assert.DoesNotContain(network.SentBy(network.Alice), message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes);
        BlockPlan second = Assert.Single(network.Hub.Blocks).Plan;
        Assert.NotEqual(first.Id, second.Id);
        Assert.Empty(first.Sessions.Intersect(second.Sessions));
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Start(node, second.Id, first.Sessions[0]);
            Start(node, first.Id, first.Sessions[0]);
            Assert.Equal(first.Sessions, node.Emission.Started);
            Assert.Equal(0, node.Engine.Status.Announced);
        }
    }

    [Fact]
    public void An_announced_pilot_slot_ends_the_block()
    {
        using InMemoryNetwork network = new InMemoryNetwork(Base with { Pilots = new PilotPattern(1000, 2) }).Connect();
        (HubBlock block, HubSession session) = network.StartSession();
        network.Emit(session.Id, 100_000, ended: false);
        block.Announce(session, [1002, 5999], [0, 0]);
        network.Pump();
        Assert.Equal(2, network.Alice.Engine.Status.Announced);

        block.Announce(session, [7001], [0]);
        network.Pump();

        network.AssertNothingGained(network.Alice, AbortReason.HubRuleBroken);
        network.AssertNothingGained(network.Bob, AbortReason.HubRuleBroken);
        Assert.Contains("pilot", network.Alice.Report!.Detail, StringComparison.Ordinal);
    }

    private static void DropSealed(InMemoryNetwork network, string sender, int passed)
    {
        int count = 0;
        network.HubReceives = (node, message) =>
            node == sender && message.BodyCase == NodeMessage.BodyOneofCase.Relay
            && PeerMessage.Parser.ParseFrom(message.Relay).BodyCase == PeerMessage.BodyOneofCase.ChannelSealed
            && count++ >= passed ? [] : [message];
    }

    private static void Start(TestNode node, BlockId block, SessionId session) => node.Engine.OnHubMessage(new HubMessage
    {
        Peer = node.Peer,
        StartSession = new StartSession
        {
            Block = ByteString.CopyFrom(block.ToArray()), Session = ByteString.CopyFrom(session.ToArray()), StartPs = 1_000_000,
        },
    });

    private static NetworkSettings Changed(string field) => field switch
    {
        "timing" => Base with { Timing = new SlotTiming(5000, 2500, 400) },
        "pilots" => Base with { Pilots = new PilotPattern(1_000_003, 1) },
        "sessions" => Base with { Block = Base.Block with { Sessions = 3 } },
        "slotsPerSession" => Base with { Block = Base.Block with { SlotsPerSession = 10_000_001 } },
        "guardSlots" => Base with { Block = Base.Block with { GuardSlots = 999 } },
        "acceptPsiPlus" => Base with { Block = Base.Block with { AcceptPsiPlus = true } },
        "security" => Base with { Block = Base.Block with { Security = new EpsilonBudget(1e-2, 1e-10) } },
        "efficiencyCapMilli" => Base with { Block = Base.Block with { EfficiencyCapMilli = 2999 } },
        "qberCapMicro" => Base with { Block = Base.Block with { QberCapMicro = 50_001 } },
        "sourceA" => Base with { SourceA = SourceSettings.FromReal(0.57, 0.14, 0.05, 0.55, 0.12, 0.25) },
        "sourceB" => Base with { SourceB = SourceSettings.FromReal(0.61, 0.21, 0.08, 0.55, 0.13, 0.24) },
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no such field"),
    };

    private static BlockPlan Sample() => new(
        new BlockId(UInt128.MaxValue / 7),
        "alice",
        "bob",
        Base.Timing,
        Base.Pilots,
        Base.SourceA,
        Base.SourceB,
        false,
        [new SessionId(1), new SessionId(UInt128.MaxValue / 3)],
        Base.Block.SlotsPerSession,
        Base.Block.GuardSlots,
        Base.Block.Security,
        Base.Block.EfficiencyCapMilli,
        Base.Block.QberCapMicro);
}
