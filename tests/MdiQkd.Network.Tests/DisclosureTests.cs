using Google.Protobuf;
using MdiQkd.Network.Tests.Blindness;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>PROTOCOL 3 and 1.3: what leaves a user about its events, from when on, and how often.</summary>
public class DisclosureTests
{
    private const byte Bit = 1 << PreparedState.BitShift;

    [Fact]
    public void A_user_discloses_the_label_of_every_event_and_the_bits_of_its_own_X_events_and_nothing_else()
    {
        using InMemoryNetwork network = new(RunRecord.Small);
        CapturedStates states = CapturedStates.Of(network);
        network.Connect().RunBlock();

        foreach ((TestNode node, IReadOnlyList<byte> own) in ((TestNode, IReadOnlyList<byte>)[])[(network.Alice, states.A), (network.Bob, states.B)])
        {
            Disclosure disclosure = Assert.Single(DisclosuresOf(network, node));
            PreparedState[] prepared = [.. own.Select(packed => new PreparedState(packed))];
            Assert.Equal(Packed(prepared.Select(state => (int)state.Label >> 1)), disclosure.High);
            Assert.Equal(Packed(prepared.Select(state => (int)state.Label & 1)), disclosure.Low);
            Assert.Equal(
                Packed(prepared.Where(state => state.Label is IntensityLabel.V or IntensityLabel.W).Select(state => state.Bit)),
                disclosure.XBits);
            Assert.Contains(prepared, state => state.Label == IntensityLabel.O);
            Assert.DoesNotContain(network.SentBy(node), message =>
                message.BodyCase is NodeMessage.BodyOneofCase.Syndromes or NodeMessage.BodyOneofCase.FrameBits);
        }
    }

    /// <remarks>The block ends after the second tags, since it is too small for a key; what syndromes may say is in HubBlindnessTests.</remarks>
    [Fact]
    public void Bits_of_signal_and_vacuum_events_change_nothing_that_passes_the_hub_before_the_syndromes()
    {
        using InMemoryNetwork first = new InMemoryNetwork(RunRecord.Small).Connect().RunBlock();
        Random random = new(3);
        using InMemoryNetwork second = Run((a, b) =>
        {
            for (int index = 0; index < a.Length; index++)
            {
                a[index] ^= (byte)(CapturedStates.IsX(a[index]) ? 0 : random.Next(2) * Bit);
                b[index] ^= (byte)(CapturedStates.IsX(b[index]) ? 0 : random.Next(2) * Bit);
            }
        });

        Assert.Equal(first.Seen, second.Seen, (one, other) =>
            one.Node == other.Node && one.Received == other.Received && one.Bytes.AsSpan().SequenceEqual(other.Bytes));

        // The comparison would notice a single bit.
        using InMemoryNetwork third = Run((a, _) => a[Array.FindIndex(a, CapturedStates.IsX)] ^= Bit);
        Assert.NotEqual(DisclosuresOf(first, first.Alice), DisclosuresOf(third, third.Alice));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void A_disclosure_depends_on_the_own_states_only(string name)
    {
        using InMemoryNetwork first = new InMemoryNetwork(RunRecord.Small).Connect().RunBlock();
        Random random = new(4);
        using InMemoryNetwork second = Run((a, b) =>
        {
            byte[] peers = name == "alice" ? b : a;
            for (int index = 0; index < peers.Length; index++)
            {
                peers[index] = (byte)random.Next(PreparedState.Values);
            }
        });

        TestNode own = first.Node(name);
        Assert.NotEqual(DisclosuresOf(first, first.Node(own.Peer)), DisclosuresOf(second, second.Node(own.Peer)));
        Assert.Equal(DisclosuresOf(first, own), DisclosuresOf(second, second.Node(name)));
    }

    [Theory]
    [InlineData(IntensityLabel.O)]
    [InlineData(IntensityLabel.V)]
    [InlineData(IntensityLabel.Z)]
    public void A_lie_about_the_peers_labels_draws_no_bit_out_of_a_user(IntensityLabel label)
    {
        using InMemoryNetwork network = new();
        network.HubSends = (node, message) =>
        {
            if (node == "alice" && message.BodyCase == HubMessage.BodyOneofCase.Disclosure)
            {
                int events = 2 * network.Settings.EventsPerSession;
                message.Disclosure.High = Packed(Enumerable.Repeat((int)label >> 1, events));
                message.Disclosure.Low = Packed(Enumerable.Repeat((int)label & 1, events));
                message.Disclosure.XBits = Packed(Enumerable.Repeat(0, label == IntensityLabel.V ? events : 0));
            }

            return [message];
        };
        CapturedStates states = CapturedStates.Of(network);
        network.Connect().RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        Disclosure disclosure = Assert.Single(DisclosuresOf(network, network.Alice));
        Assert.Equal((states.A.Count(CapturedStates.IsX) + 7) / 8, disclosure.XBits.Length);
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Equal(AbortReason.AuthenticationFailed, node.Report!.AbortReason);
            Assert.Contains("labels and X bits of B", node.Report.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain(network.SentBy(node), message =>
                message.BodyCase is NodeMessage.BodyOneofCase.Syndromes or NodeMessage.BodyOneofCase.FrameBits);
        }
    }

    [Theory]
    [InlineData(CheckpointKind.T1)]
    [InlineData(CheckpointKind.T2)]
    public void Whatever_the_hub_asks_for_waits_for_the_tag_of_the_peer(CheckpointKind held)
    {
        using InMemoryNetwork network = new();
        SyndromeRequest? request = null;
        network.HubSends = (node, message) =>
        {
            if (node == "alice" && message.BodyCase == HubMessage.BodyOneofCase.ListClosed)
            {
                request = new SyndromeRequest { Block = message.ListClosed.Block, FrameLength = CodeBook.Default.Lengths[0] };
                request.Frames.Add(new FrameRequest { Code = CodeBook.Default.Codes[0].Id });
                request.Failed.Add(0);
                return [message, new HubMessage { Peer = "bob", SyndromeRequest = request }];
            }

            return message.IsCheckpoint(held) ? [] : [message];
        };
        network.Connect().RunBlock();

        Assert.NotNull(request);
        Assert.Equal(held == CheckpointKind.T1 ? 0 : 1, DisclosuresOf(network, network.Alice).Count);
        Assert.DoesNotContain(network.SentBy(network.Alice), message =>
            message.BodyCase is NodeMessage.BodyOneofCase.Syndromes or NodeMessage.BodyOneofCase.FrameBits);
        Assert.Equal(PairState.Distilling, network.Alice.Engine.Status.State);

        // A limited number of them waits; with the second tag held, one of the honest hub waits already.
        for (int waiting = held == CheckpointKind.T1 ? 1 : 2; waiting <= 16; waiting++)
        {
            Assert.Null(network.Alice.Report);
            network.Alice.Engine.OnHubMessage(new HubMessage { Peer = "bob", SyndromeRequest = request });
        }

        Assert.Equal(AbortReason.HubRuleBroken, network.Alice.Report!.AbortReason);
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
    }

    [Fact]
    public void A_block_is_disclosed_once_however_often_its_messages_come()
    {
        using InMemoryNetwork network = new();
        Dictionary<string, HubMessage> firstTags = [];
        network.HubSends = (node, message) =>
        {
            if (message.IsCheckpoint(CheckpointKind.T1))
            {
                firstTags[node] = message;
                return [message, message.Clone()];
            }

            bool harmless = message.BodyCase is HubMessage.BodyOneofCase.StartSession or HubMessage.BodyOneofCase.Announcements
                or HubMessage.BodyOneofCase.SessionClosed or HubMessage.BodyOneofCase.ListClosed;
            bool late = message.BodyCase is HubMessage.BodyOneofCase.Disclosure or HubMessage.BodyOneofCase.SyndromeRequest
                or HubMessage.BodyOneofCase.ErrorPatterns;
            return harmless ? [message, message.Clone()] : late && firstTags.TryGetValue(node, out HubMessage? tag) ? [message, tag.Clone()] : [message];
        };
        network.Connect().RunBlock();

        network.AssertKeyAtBoth();
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Single(DisclosuresOf(network, node));
            string[] syndromes =
            [
                .. network.SentBy(node).Where(message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes)
                    .SelectMany(message => message.Syndromes.Frames).Select(item => $"{item.Frame}/{item.Round}"),
            ];
            Assert.NotEmpty(syndromes);
            Assert.Equal(syndromes.Distinct(), syndromes);
        }
    }

    [Fact]
    public void Messages_of_a_block_that_is_over_draw_nothing_out_of_the_next_one()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect().RunBlock();
        network.AssertKeyAtBoth();
        network.Settle();
        HubMessage[] old = [.. network.SentTo(network.Alice)];
        Assert.Contains(old, message => message.BodyCase == HubMessage.BodyOneofCase.SyndromeRequest);
        int sent = network.SentBy(network.Alice).Count();
        int started = network.Alice.Emission.Started.Count;
        string block = network.Alice.Engine.Status.BlockId;

        foreach (HubMessage message in old)
        {
            network.Alice.Engine.OnHubMessage(message);
        }

        // An old Hello draws an answer, an old Presence a Hello: handshakes of the sealed channel, which old ones cannot disturb.
        Assert.All(network.SentBy(network.Alice).Skip(sent), message => Assert.Equal(
            PeerMessage.BodyOneofCase.ChannelHello, PeerMessage.Parser.ParseFrom(message.Relay).BodyCase));
        Assert.Equal(started, network.Alice.Emission.Started.Count);
        Assert.Equal(block, network.Alice.Engine.Status.BlockId);
        Assert.Equal(0, network.Alice.Engine.Status.Announced);
        network.RunBlock();
        network.AssertKeyAtBoth();
        Assert.Equal(block, network.Alice.Report!.BlockId);
    }

    /// <summary>PROTOCOL 1.3: until the list is closed the choices are kept, durable and encrypted.</summary>
    [Fact]
    public void Choices_on_disk_are_encrypted_and_gone_once_the_block_is_over()
    {
        using InMemoryNetwork network = new(RunRecord.Small);
        CapturedStates states = CapturedStates.Of(network);
        network.Connect().RunSession();

        foreach ((TestNode node, IReadOnlyList<byte> own) in ((TestNode, IReadOnlyList<byte>)[])[(network.Alice, states.A), (network.Bob, states.B)])
        {
            byte[] packed = [.. own];
            ulong[] words = new ulong[packed.Length / 8];
            packed.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
            WindowDetector detector = new WindowDetector().Add("states", words, 8 * packed.Length).Add("bits", CapturedStates.Bits(own), own.Count);

            // The pool file is locked; no code that writes it knows a choice.
            FileInfo[] files = [.. new DirectoryInfo(node.Folder).GetFiles("*", SearchOption.AllDirectories).Where(file => file.Name != "pool.mdq")];
            Assert.Contains(files, file => file.Extension == ".journal" && file.Length >= own.Count);
            Assert.All(files, file => Assert.Null(detector.Find(Read(file))));
            Assert.NotNull(detector.Find(packed));
        }

        network.RunSession();
        Assert.NotNull(network.Alice.Report);
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Empty(Directory.GetFiles(node.Folder, "*.journal", SearchOption.AllDirectories));
        }
    }

    private static byte[] Read(FileInfo file)
    {
        using FileStream stream = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static InMemoryNetwork Run(Action<byte[], byte[]> change)
    {
        InMemoryNetwork network = new(RunRecord.Small) { Prepare = (_, _, a, b) => change(a, b) };
        return network.Connect().RunBlock();
    }

    private static List<Disclosure> DisclosuresOf(InMemoryNetwork network, TestNode node) =>
    [
        .. network.SentBy(node).Where(message => message.BodyCase == NodeMessage.BodyOneofCase.Disclosure)
            .Select(message => message.Disclosure),
    ];

    private static ByteString Packed(IEnumerable<int> bits)
    {
        List<byte> bytes = [];
        int count = 0;
        foreach (int bit in bits)
        {
            if (count % 8 == 0)
            {
                bytes.Add(0);
            }

            bytes[^1] |= (byte)(bit << (count++ % 8));
        }

        return ByteString.CopyFrom([.. bytes]);
    }
}
