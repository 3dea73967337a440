using Google.Protobuf;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 5: the hub decodes, but decides nothing; whatever it does costs at most the block.</summary>
/// <remarks>The block has two whole frames (0, 1) and a short one (2), which is asked for first.</remarks>
public class ReconciliationRulesTests
{
    [Theory]
    [InlineData("frame below 0", "syndrome of frame -1 of 3")]
    [InlineData("unknown frame", "syndrome of frame 3 of 3")]
    [InlineData("second round first", "round 1 is out of order")]
    [InlineData("round below 0", "round -1 is out of order")]
    [InlineData("same round twice", "round 0 is out of order")]
    [InlineData("unknown code", "code 1, round 0 is out of order")]
    [InlineData("code of another length", "round 0 is out of order")]
    [InlineData("unknown frame length", "no code has frames of 1000 bits")]
    [InlineData("whole frame without a syndrome", "disclosure of frame 0 is out of order")]
    [InlineData("whole frame that is none", "disclosure of frame 3 is out of order")]
    [InlineData("whole frame twice", "disclosure of frame 2 is out of order")]
    public void A_request_out_of_order_is_not_answered(string what, string detail)
    {
        using InMemoryNetwork network = new();
        network.HubSends = (_, message) =>
        {
            if (message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest)
            {
                Spoil(message.SyndromeRequest, what);
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Alice, AbortReason.HubRuleBroken, detail);
        AssertBroken(network, network.Bob, AbortReason.HubRuleBroken, detail);
        Assert.Empty(Answers(network, network.Alice));
        Assert.Empty(Answers(network, network.Bob));
    }

    [Theory]
    [InlineData("same round again", "round 0 is out of order")]
    [InlineData("another code for the second round", "round 1 is out of order")]
    [InlineData("another frame length", "frame length 262144 after 65536")]
    public void A_later_request_against_an_earlier_one_is_not_answered(string what, string detail)
    {
        using InMemoryNetwork network = new();
        SyndromeRequest? first = null;
        network.HubSends = (node, message) =>
        {
            if (node == "alice" && message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest)
            {
                FrameRequest item = message.SyndromeRequest.Frames[0];
                if (first is null)
                {
                    first = message.SyndromeRequest.Clone();
                    return [message];
                }

                message.SyndromeRequest.FrameLength = what == "another frame length" ? 262_144 : first.FrameLength;
                if (what != "another frame length")
                {
                    item.Frame = first.Frames[0].Frame;
                    item.Round = what == "same round again" ? 0 : 1;
                    item.Code = what == "same round again" ? first.Frames[0].Code : OtherCode(first.Frames[0].Code);
                }
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Alice, AbortReason.HubRuleBroken, detail);
        Assert.Equal(AbortReason.PeerAborted, network.Bob.Report!.AbortReason);
        Assert.Single(Answers(network, network.Alice));
    }

    [Fact]
    public void A_hub_that_asks_for_rounds_without_end_gets_those_of_the_code_only()
    {
        using InMemoryNetwork network = new() { CanDecode = _ => false };
        int code = 0;
        network.HubSends = (_, message) =>
        {
            if (message is { BodyCase: HubMessage.BodyOneofCase.SyndromeRequest, SyndromeRequest: { } request })
            {
                code = code == 0 ? request.Frames[0].Code : code;
                if (request.Failed.Count > 0)
                {
                    request.Frames.Add(new FrameRequest { Frame = request.Failed[0], Code = code, Round = 3 });
                    request.Failed.Clear();
                }
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Alice, AbortReason.HubRuleBroken, "round 3 is out of order");
        Assert.Equal(3, Answers(network, network.Alice).Count);
        Assert.Equal(CodeBook.Default.Find(code).SyndromeLength(3), network.Alice.Report!.LeakEc);
    }

    [Fact]
    public void A_request_beyond_the_cap_is_not_answered_at_all()
    {
        using InMemoryNetwork network = new();
        network.HubSends = (_, message) =>
        {
            if (message is { BodyCase: HubMessage.BodyOneofCase.SyndromeRequest, SyndromeRequest: { } request })
            {
                request.Frames.Clear();
                for (int frame = 0; frame < 3; frame++)
                {
                    request.Frames.Add(new FrameRequest { Frame = frame, Code = CodeBook.Default.Codes[0].Id });
                    request.Failed.Add(frame);
                }
            }

            return [message];
        };
        network.Connect().RunBlock();

        BlockPlan plan = DistillationPair.PlanOf(network.Settings);
        Assert.Empty(Answers(network, network.Alice));
        Assert.Empty(Answers(network, network.Bob));
        long sifted = network.Alice.Report!.Sifted;
        string detail = $"the hub asks for {sifted} bits of {sifted}; the cap is {(long)(plan.LeakCapPerBit * sifted)}";
        AssertBroken(network, network.Alice, AbortReason.LeakAboveCap, detail);
        AssertBroken(network, network.Bob, AbortReason.LeakAboveCap, detail);
    }

    /// <summary>Within the cap, whatever the hub asks for is counted, at both users alike, and the key is shorter by it.</summary>
    [Fact]
    public void Rounds_that_nobody_needed_shorten_the_key_by_their_length()
    {
        using InMemoryNetwork honest = new InMemoryNetwork().Connect().RunBlock();
        honest.AssertKeyAtBoth();
        using InMemoryNetwork network = new() { CanDecode = job => job.Frame != 2 || job.Rounds == 3 };
        network.Connect().RunBlock();
        network.AssertKeyAtBoth();

        long more = SyndromeBits(network) - SyndromeBits(honest);
        Assert.True(more > 0);
        Assert.Equal(more, network.Alice.Report!.LeakEc - honest.Alice.Report!.LeakEc);
        Assert.Equal(network.Alice.Report.LeakEc, network.Bob.Report!.LeakEc);
        Assert.InRange(honest.Alice.Report.SecretBits - network.Alice.Report.SecretBits, more - 64, more + 64);
    }

    /// <remarks>An error moved keeps the weight of the pattern, so that no count shows it.</remarks>
    [Theory]
    [InlineData("one bit")]
    [InlineData("an error moved")]
    [InlineData("no errors")]
    [InlineData("frames exchanged")]
    public void A_wrong_pattern_fails_the_verification(string what)
    {
        using InMemoryNetwork network = new();
        ByteString? earlier = null;
        network.HubSends = (node, message) =>
        {
            if (node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.ErrorPatterns)
            {
                FramePattern item = message.ErrorPatterns.Frames[0];
                ByteString right = item.Pattern;
                item.Pattern = what == "frames exchanged" && earlier?.Length == right.Length ? earlier : Spoil(right, what);
                earlier = right;
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Alice, AbortReason.VerificationFailed, "strings differ");
        Assert.Equal(AbortReason.PeerAborted, network.Bob.Report!.AbortReason);
    }

    [Theory]
    [InlineData("all errors", AbortReason.QberTooHigh, "the cap is")]
    [InlineData("too short", AbortReason.HubRuleBroken, "pattern of frame 2 is out of place")]
    [InlineData("too long", AbortReason.HubRuleBroken, "pattern of frame 2 is out of place")]
    [InlineData("bits behind the end", AbortReason.HubRuleBroken, "pattern of frame 2 is out of place")]
    [InlineData("unknown frame", AbortReason.HubRuleBroken, "pattern of frame 3 is out of place")]
    [InlineData("frame below 0", AbortReason.HubRuleBroken, "pattern of frame -1 is out of place")]
    [InlineData("frame not asked for", AbortReason.HubRuleBroken, "pattern of frame 0 is out of place")]
    [InlineData("twice", AbortReason.HubRuleBroken, "pattern of frame 2 is out of place")]
    public void A_pattern_out_of_place_ends_the_block(string what, AbortReason reason, string detail)
    {
        using InMemoryNetwork network = new();
        network.HubSends = (node, message) =>
        {
            if (node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.ErrorPatterns)
            {
                FramePattern item = message.ErrorPatterns.Frames[0];
                item.Frame = what switch { "unknown frame" => 3, "frame below 0" => -1, "frame not asked for" => 0, _ => item.Frame };
                item.Pattern = Spoil(item.Pattern, what);
                if (what == "twice")
                {
                    message.ErrorPatterns.Frames.Add(item.Clone());
                }
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Bob, reason, detail);
        Assert.Equal(AbortReason.PeerAborted, network.Alice.Report!.AbortReason);
        Assert.Equal(0, network.Alice.KeyBits);
    }

    [Fact]
    public void The_key_reference_takes_nothing_from_a_pattern()
    {
        using InMemoryNetwork network = new();
        network.HubSends = (node, message) =>
        {
            if (node == "alice" && message.BodyCase == HubMessage.BodyOneofCase.ErrorPatterns)
            {
                message.ErrorPatterns.Frames[0].Pattern = Spoil(message.ErrorPatterns.Frames[0].Pattern, "one bit");
            }

            return [message];
        };
        network.Connect().RunBlock();

        network.AssertKeyAtBoth();
    }

    [Theory]
    [InlineData("syndrome of an unknown frame")]
    [InlineData("syndrome of a later round")]
    [InlineData("syndrome too short")]
    [InlineData("syndrome twice")]
    [InlineData("whole frame that was not asked for")]
    public void What_the_hub_passes_on_out_of_place_ends_the_block(string what)
    {
        using InMemoryNetwork network = new();
        network.HubSends = (node, message) =>
        {
            if (node == "alice" || message.BodyCase != HubMessage.BodyOneofCase.Syndromes)
            {
                return [message];
            }

            FrameSyndrome item = message.Syndromes.Frames[0];
            switch (what)
            {
                case "syndrome of an unknown frame":
                    item.Frame = 3;
                    break;
                case "syndrome of a later round":
                    item.Round = 1;
                    break;
                case "syndrome too short":
                    item.Syndrome = ByteString.CopyFrom(item.Syndrome.Span[8..]);
                    break;
                case "syndrome twice":
                    return [message, message.Clone()];
                default:
                    FrameBits bits = new() { Block = message.Syndromes.Block, Frame = item.Frame, Bits = ByteString.CopyFrom(new byte[99]) };
                    return [message, new HubMessage { Peer = "alice", FrameBits = bits }];
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Bob, AbortReason.HubRuleBroken, "frame");
        Assert.Equal(0, network.Alice.KeyBits);
    }

    [Fact]
    public void Messages_of_another_block_change_nothing()
    {
        using InMemoryNetwork network = new();
        ByteString other = ByteString.CopyFrom(new BlockId(5).ToArray());
        int injected = 0;
        network.HubSends = (_, message) =>
        {
            HubMessage foreign = message.Clone();
            switch (message.BodyCase)
            {
                case HubMessage.BodyOneofCase.SyndromeRequest:
                    foreign.SyndromeRequest.Block = other;
                    break;
                case HubMessage.BodyOneofCase.Syndromes:
                    foreign.Syndromes.Block = other;
                    break;
                case HubMessage.BodyOneofCase.ErrorPatterns:
                    foreign.ErrorPatterns.Block = other;
                    break;
                case HubMessage.BodyOneofCase.Disclosure:
                    foreign.Disclosure.Block = other;
                    break;
                case HubMessage.BodyOneofCase.ListClosed:
                    foreign.EndBlock = new EndBlock { Block = other, Reason = "HubLost" };
                    break;
                default:
                    return [message];
            }

            injected++;
            return [foreign, message, foreign.Clone()];
        };
        network.Connect().RunBlock();

        Assert.True(injected > 10);
        network.AssertKeyAtBoth();
    }

    [Theory]
    [InlineData(HubMessage.BodyOneofCase.SyndromeRequest)]
    [InlineData(HubMessage.BodyOneofCase.Syndromes)]
    [InlineData(HubMessage.BodyOneofCase.ErrorPatterns)]
    public void A_hub_that_stalls_costs_the_block_and_the_next_one_gives_a_key(HubMessage.BodyOneofCase missing)
    {
        using InMemoryNetwork network = new();
        network.HubSends = (_, message) => message.BodyCase == missing ? [] : [message];
        network.Connect().RunBlock();
        network.HubSends = (_, message) => [message];
        if (missing == HubMessage.BodyOneofCase.Syndromes)
        {
            // A has no syndromes of B, so that the third tags differ.
            Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
        }

        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Contains(node.Report!.AbortReason, (AbortReason[])[AbortReason.TimedOut, AbortReason.AuthenticationFailed]);
            Assert.Equal(0, node.KeyBits);
        }

        network.Settle(ticks: 8);
        network.RunBlock();
        network.AssertKeyAtBoth();
    }

    [Fact]
    public void A_cheat_on_one_pair_costs_another_nothing()
    {
        using InMemoryNetwork network = new(secondPair: true);
        network.HubSends = (node, message) =>
        {
            if (node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.ErrorPatterns)
            {
                message.ErrorPatterns.Frames[0].Pattern = ByteString.Empty;
            }

            return [message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Bob, AbortReason.HubRuleBroken, "out of place");
        AssertKeyOfSecondPair(network);
    }

    /// <summary>The honest hub against a user: garbage on every kind of message costs that user's pair only.</summary>
    [Fact]
    public void Garbage_of_one_user_costs_another_pair_nothing()
    {
        using InMemoryNetwork network = new(secondPair: true);
        int garbage = 0;
        network.HubReceives = (node, message) =>
        {
            NodeMessage[] passed = node == "alice" ? Garbled(message) : [message];
            garbage += passed.Length - 1;
            return passed;
        };
        network.Connect().RunBlock();

        Assert.True(garbage > 10);
        AssertKeyOfSecondPair(network);
    }

    [Fact]
    public void A_disclosure_asked_for_behind_the_verification_ends_the_block()
    {
        using InMemoryNetwork network = new();
        HubMessage? request = null;
        network.HubSends = (node, message) =>
        {
            request ??= message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest ? message.Clone() : null;
            if (node != "alice" || BodyOf(message) != PeerMessage.BodyOneofCase.Verification)
            {
                return [message];
            }

            request!.SyndromeRequest.Frames.Clear();
            request.SyndromeRequest.Failed.Add(2);
            return [request, message];
        };
        network.Connect().RunBlock();

        AssertBroken(network, network.Alice, AbortReason.ReconciliationMismatch, "at B");
        Assert.Equal(0, network.Bob.KeyBits);
    }

    [Fact]
    public void Behind_the_amplification_seed_nothing_is_answered_any_more()
    {
        using InMemoryNetwork network = new();
        HubMessage? request = null;
        int asked = 0;
        network.HubSends = (node, message) =>
        {
            request ??= message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest ? message.Clone() : null;
            if (node != "bob" || BodyOf(message) != PeerMessage.BodyOneofCase.Amplification)
            {
                return [message];
            }

            request!.SyndromeRequest.Frames.Clear();
            request.SyndromeRequest.Failed.Add(2);
            foreach (TestNode user in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
            {
                asked++;
                user.Engine.OnHubMessage(request);
            }

            return [request, message, request];
        };
        network.Connect().RunBlock();

        Assert.Equal(2, asked);
        Assert.DoesNotContain(network.SentBy(network.Alice), message => message.BodyCase == NodeMessage.BodyOneofCase.FrameBits);
        network.AssertKeyAtBoth();
    }

    /// <summary>PROTOCOL 5.4: the seed of the verification leaves B behind the last pattern, and is new in every block.</summary>
    [Fact]
    public void B_sends_a_fresh_verification_seed_after_its_string_is_fixed()
    {
        using InMemoryNetwork network = new();
        List<(Verification Message, int Patterns)> sent = [];
        int patterns = 0;
        network.HubSends = (node, message) =>
        {
            patterns += node == "bob" && message.BodyCase == HubMessage.BodyOneofCase.ErrorPatterns ? 1 : 0;
            if (BodyOf(message) == PeerMessage.BodyOneofCase.Verification)
            {
                Assert.Equal("alice", node);
                sent.Add((PeerMessage.Parser.ParseFrom(message.Relay).Verification, patterns));
            }

            return [message];
        };
        network.Connect().RunBlock();
        network.AssertKeyAtBoth();
        network.Settle();
        network.RunBlock();
        network.AssertKeyAtBoth();

        Assert.Equal([3, 6], sent.Select(item => item.Patterns));
        Assert.NotEqual(sent[0].Message.Seed, sent[1].Message.Seed);
    }

    private static void Spoil(SyndromeRequest request, string what)
    {
        FrameRequest item = request.Frames[0];
        switch (what)
        {
            case "frame below 0":
                item.Frame = -1;
                break;
            case "unknown frame":
                item.Frame = 3;
                break;
            case "second round first":
                item.Round = 1;
                break;
            case "round below 0":
                item.Round = -1;
                break;
            case "same round twice":
                request.Frames.Add(item.Clone());
                break;
            case "unknown code":
                item.Code = 1;
                break;
            case "code of another length":
                item.Code = CodeBook.Default.Codes[^1].Id;
                break;
            case "unknown frame length":
                request.FrameLength = 1000;
                break;
            case "whole frame without a syndrome":
                request.Failed.Add(0);
                break;
            case "whole frame that is none":
                request.Failed.Add(3);
                break;
            case "whole frame twice":
                request.Failed.Add([item.Frame, item.Frame]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "no such change");
        }
    }

    private static ByteString Spoil(ByteString pattern, string what)
    {
        byte[] bytes = pattern.ToByteArray();
        switch (what)
        {
            case "one bit":
                bytes[17] ^= 4;
                break;
            case "an error moved":
                int error = Array.FindIndex(bytes, value => value != 0);
                int place = Array.FindIndex(bytes, value => value == 0);
                (bytes[error], bytes[place]) = (bytes[place], bytes[error]);
                break;
            case "no errors":
                Array.Clear(bytes);
                break;
            case "all errors":
                Array.Fill(bytes, byte.MaxValue, 0, bytes.Length - 1);
                break;
            case "too short":
                return ByteString.CopyFrom(bytes[..^1]);
            case "too long":
                return ByteString.CopyFrom([.. bytes, 0]);
            case "bits behind the end":
                bytes[^1] |= 0x80;
                break;
        }

        return ByteString.CopyFrom(bytes);
    }

    private static int OtherCode(int code) =>
        CodeBook.Default.Codes.First(other => other.Id != code && other.Length == CodeBook.Default.Find(code).Length).Id;

    private static NodeMessage[] Garbled(NodeMessage message)
    {
        NodeMessage garbled = message.Clone();
        ByteString nonsense = ByteString.CopyFrom([0xFF, 0xFE, 0xFD]);
        switch (message.BodyCase)
        {
            case NodeMessage.BodyOneofCase.OpenBlock:
                garbled.OpenBlock.Plan = nonsense;
                break;
            case NodeMessage.BodyOneofCase.SessionState:
                garbled.SessionState.Session = nonsense;
                garbled.SessionState.Emitted = long.MinValue;
                break;
            case NodeMessage.BodyOneofCase.BatchesStored:
                garbled.BatchesStored.Session = nonsense;
                break;
            case NodeMessage.BodyOneofCase.Relay:
                garbled.Relay = nonsense;
                break;
            case NodeMessage.BodyOneofCase.Disclosure:
                garbled.Disclosure.FirstEvent = -8;
                garbled.Disclosure.High = nonsense;
                break;
            case NodeMessage.BodyOneofCase.Syndromes:
                garbled.Syndromes.Frames[0].Frame = int.MinValue;
                garbled.Syndromes.Frames.Add(new FrameSyndrome { Frame = 0, Round = 0, Syndrome = nonsense });
                break;
            default:
                return [message];
        }

        NodeMessage unasked = new()
        {
            Peer = message.Peer, FrameBits = new FrameBits { Block = nonsense, Frame = -1, Bits = nonsense },
        };
        return [garbled, unasked, new NodeMessage { Peer = "nobody", Relay = nonsense }, message];
    }

    private static PeerMessage.BodyOneofCase BodyOf(HubMessage message) => message.BodyCase == HubMessage.BodyOneofCase.Relay
        ? PeerMessage.Parser.ParseFrom(message.Relay).BodyCase
        : PeerMessage.BodyOneofCase.None;

    private static long SyndromeBits(InMemoryNetwork network) => Answers(network, network.Alice)
        .Where(message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes)
        .SelectMany(message => message.Syndromes.Frames)
        .Sum(item => 8L * item.Syndrome.Length);

    private static List<NodeMessage> Answers(InMemoryNetwork network, TestNode node) =>
    [
        .. network.SentBy(node).Where(message =>
            message.BodyCase is NodeMessage.BodyOneofCase.Syndromes or NodeMessage.BodyOneofCase.FrameBits),
    ];

    private static void AssertBroken(InMemoryNetwork network, TestNode node, AbortReason reason, string detail)
    {
        Assert.Equal(reason, node.Report!.AbortReason);
        Assert.Contains(detail, node.Report.Detail, StringComparison.Ordinal);
        Assert.Equal(0, node.Report.SecretBits);
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
        Assert.Empty(node.Keys.PendingBlocks(node.Peer));
    }

    private static void AssertKeyOfSecondPair(InMemoryNetwork network)
    {
        TestNode carol = network.Node("carol");
        TestNode dave = network.Node("dave");
        Assert.True(carol.Report!.AbortReason == AbortReason.None, carol.Report.Detail);
        Assert.True(carol.KeyBits > 0);
        Assert.Equal(carol.KeyBits, dave.KeyBits);
    }
}
