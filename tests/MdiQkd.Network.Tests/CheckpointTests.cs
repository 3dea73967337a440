using Google.Protobuf;
using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Messages;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>
/// PROTOCOL 4: one bit changed on the way costs the block, never the secrecy or the equality of a key. What else the tags cover:
/// CarelessPeerTests, SlotAcceptanceTests.
/// </summary>
public class CheckpointTests
{
    private const string TagItself = "(first differing part: none, so the tag itself was changed)";

    /// <remarks>The block is too small for a key, but it ends for another reason.</remarks>
    [Theory]
    [InlineData("T1 to alice", "alice", "T1 " + TagItself)]
    [InlineData("T1 to bob", "bob", "T1 " + TagItself)]
    [InlineData("label to bob", "alice bob", "T2 (first differing part: labels and X bits of A)")]
    [InlineData("label to alice", "alice bob", "T2 (first differing part: labels and X bits of B)")]
    [InlineData("X bit to bob", "alice bob", "T2 (first differing part: labels and X bits of A)")]
    [InlineData("X bit to alice", "alice bob", "T2 (first differing part: labels and X bits of B)")]
    public void A_bit_changed_before_the_second_tag_ends_the_block_without_a_syndrome(string what, string refusing, string detail)
    {
        using InMemoryNetwork network = new InMemoryNetwork(RunRecord.Small).Connect();
        Func<int> changes = ChangeOnTheWay(network, what);
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));

        Assert.Equal(1, changes());
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            bool refuses = refusing.Contains(node.Name, StringComparison.Ordinal);
            Assert.Equal(refuses ? AbortReason.AuthenticationFailed : AbortReason.TimedOut, node.Report!.AbortReason);
            Assert.Equal(refuses, node.Report.Detail.Contains(detail, StringComparison.Ordinal));
            Assert.Equal(0, node.KeyBits);
            Assert.DoesNotContain(network.SentBy(node), message => message.BodyCase == NodeMessage.BodyOneofCase.Syndromes);
        }
    }

    /// <remarks>
    /// Every user ends the block by itself here, as if no further message arrived. A third tag of B that is lost leaves its key
    /// pending until the stores are compared; the reason is in the detail then.
    /// </remarks>
    [Theory]
    [InlineData("T2 to bob", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "T2 " + TagItself)]
    [InlineData("T2 to alice", AbortReason.AuthenticationFailed, AbortReason.TimedOut, "T2 " + TagItself)]
    [InlineData("syndrome of A", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("syndrome of B", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("verification tag", AbortReason.VerificationFailed, AbortReason.PeerAborted, "strings differ")]
    [InlineData("verification seed", AbortReason.VerificationFailed, AbortReason.PeerAborted, "strings differ")]
    [InlineData("verification that any string passes", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("verification pattern", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("verification leak", AbortReason.ReconciliationMismatch, AbortReason.PeerAborted, "at B")]
    [InlineData("verification errors", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("verification many errors", AbortReason.QberTooHigh, AbortReason.PeerAborted, "the cap is")]
    [InlineData("verification shorter key", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("verification longer key", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("amplification seed", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("amplification key length", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("amplification refill", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("amplification tag", AbortReason.TimedOut, AbortReason.AuthenticationFailed, "the third tag")]
    [InlineData("T3 to alice", AbortReason.AuthenticationFailed, AbortReason.PeerAborted, "T3 " + TagItself)]
    public async Task A_bit_changed_later_leaves_no_key_at_either_user(string what, AbortReason atA, AbortReason atB, string detail)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        Func<int> changes = ChangeOnTheWay(network, what);
        network.RunBlock();
        Assert.Equal(0, network.Alice.KeyBits + network.Bob.KeyBits);
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));
        network.Settle();
        using RelayedKeys keys = new(network);
        await keys.SyncAsync(keys.Bob);

        Assert.Equal(1, changes());
        Assert.Equal((atA, atB), (network.Alice.Report!.AbortReason, network.Bob.Report!.AbortReason));
        Assert.Contains(detail, network.Alice.Report.Detail + network.Bob.Report.Detail, StringComparison.Ordinal);
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.Equal(0, node.Keys.IssuableCount(node.Peer));
            Assert.Empty(node.Keys.PendingBlocks(node.Peer));
            Assert.Equal(0, node.Report!.SecretBits);
        }
    }

    [Fact]
    public async Task A_changed_stored_leaves_the_key_pending_until_the_stores_are_compared()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        Func<int> changes = ChangeOnTheWay(network, "Stored to alice");
        network.RunBlock();
        Assert.Equal(1, changes());
        Assert.Equal(0, network.Alice.Keys.IssuableCount("bob"));
        Assert.Single(network.Alice.Keys.PendingBlocks("bob"));
        int syncs = network.Alice.SyncsWanted;
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));
        Assert.True(network.Alice.SyncsWanted > syncs);

        using RelayedKeys keys = new(network);
        await keys.SyncAsync(keys.Alice);

        network.AssertKeyAtBoth();
        Assert.NotEmpty(await keys.DeliverAllAsync());
    }

    /// <remarks>A verdict on the block's own data is no attack: the next block may follow at once, at both users alike.</remarks>
    [Theory]
    [InlineData(AbortReason.NoKey, false)]
    [InlineData(AbortReason.VerificationFailed, true)]
    public void A_block_that_the_peer_gave_up_is_waited_for_as_if_it_were_given_up_here(AbortReason reason, bool waits)
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        network.HubSends = (_, message) => message.IsCheckpoint(CheckpointKind.T2) ? [] : [message];
        network.RunBlock();
        Assert.True(network.Bob.Engine.TrySend(new KmeMessage
        {
            Abort = new AbortNotice
            {
                Block = Google.Protobuf.ByteString.CopyFrom(Assert.Single(network.Hub.Blocks).Plan.Id.ToArray()), Reason = (int)reason,
            },
        }));
        network.Settle();

        Assert.Equal(AbortReason.PeerAborted, network.Alice.Report!.AbortReason);
        Assert.Equal(waits, network.Alice.Engine.Status.Alarm.StartsWith("backing off", StringComparison.Ordinal));
    }

    [Fact]
    public void After_an_abort_by_authentication_the_pair_waits_and_then_makes_a_key_again()
    {
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        Func<int> changes = ChangeOnTheWay(network, "verification tag");
        network.RunBlock();
        Assert.Equal(AbortReason.VerificationFailed, network.Alice.Report!.AbortReason);
        network.Settle(ticks: 4);
        Assert.Equal(PairState.Held, network.Alice.Engine.Status.State);
        Assert.Contains("backing off", network.Alice.Engine.Status.Alarm, StringComparison.Ordinal);

        network.Settle(ticks: 4); // more than 30 s in all
        network.RunBlock();

        Assert.Equal(1, changes());
        network.AssertKeyAtBoth();
    }

    /// <summary>Any bit of any message from the list on; a message that no longer parses is lost.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task A_random_bit_changed_on_the_way_never_gives_unequal_keys(int seed)
    {
        Random random = new(seed);
        using InMemoryNetwork network = new InMemoryNetwork().Connect();
        int target = random.Next(40); // an honest block has 42 such messages
        int count = 0;
        network.HubSends = (_, message) =>
        {
            if (message.BodyCase is HubMessage.BodyOneofCase.StartSession or HubMessage.BodyOneofCase.Announcements
                or HubMessage.BodyOneofCase.SessionClosed || count++ != target)
            {
                return [message];
            }

            byte[] bytes = message.ToByteArray();
            int bit = random.Next(8 * bytes.Length);
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            try
            {
                return [HubMessage.Parser.ParseFrom(bytes)];
            }
            catch (InvalidProtocolBufferException)
            {
                return [];
            }
        };
        network.RunBlock();
        network.Wait(PairEngine.StageLimit + TimeSpan.FromSeconds(1));
        network.Settle();
        using RelayedKeys keys = new(network);
        await keys.SyncAsync(keys.Alice);

        Assert.True(count > target);
        Assert.Equal(network.Alice.KeyBits, network.Bob.KeyBits);
        Assert.Empty(network.Alice.Keys.PendingBlocks("bob"));
        Assert.Empty(network.Bob.Keys.PendingBlocks("alice"));
        if (network.Alice.KeyBits > 0)
        {
            Assert.NotEmpty(await keys.DeliverAllAsync());
        }
    }

    /// <summary>Changes the first message of a kind; how often it did is returned.</summary>
    private static Func<int> ChangeOnTheWay(InMemoryNetwork network, string what)
    {
        int changes = 0;
        network.HubSends = (node, message) =>
        {
            changes += changes == 0 && Change(what, node, message) ? 1 : 0;
            return [message];
        };
        return () => changes;
    }

    private static bool Change(string what, string node, HubMessage message)
    {
        switch (message.BodyCase)
        {
            case HubMessage.BodyOneofCase.Disclosure when what == $"label to {node}":
                message.Disclosure.High = Flip(message.Disclosure.High);
                message.Disclosure.Low = Flip(message.Disclosure.Low); // o to z or v to w: the number of X bits stays
                return true;
            case HubMessage.BodyOneofCase.Disclosure when what == $"X bit to {node}":
                message.Disclosure.XBits = Flip(message.Disclosure.XBits);
                return true;
            case HubMessage.BodyOneofCase.Syndromes when what == (node == "bob" ? "syndrome of A" : "syndrome of B"):
                message.Syndromes.Frames[0].Syndrome = Flip(message.Syndromes.Frames[0].Syndrome);
                return true;
            case HubMessage.BodyOneofCase.Relay:
                PeerMessage relayed = PeerMessage.Parser.ParseFrom(message.Relay);
                bool changed = Change(what, node, relayed);
                message.Relay = relayed.ToByteString();
                return changed;
            default:
                return false;
        }
    }

    private static bool Change(string what, string node, PeerMessage message)
    {
        Verification? verification = what.StartsWith("verification", StringComparison.Ordinal) ? message.Verification : null;
        Amplification? amplification = what.StartsWith("amplification", StringComparison.Ordinal) ? message.Amplification : null;
        bool ofKind = verification is not null || amplification is not null || message.Checkpoint is { } tag && what == $"{tag.Kind} to {node}";
        switch (what)
        {
            case not null when !ofKind:
                break;
            case "verification tag":
                verification!.Tag = Flip(verification.Tag);
                break;
            case "verification seed":
                verification!.Seed = Flip(verification.Seed);
                break;
            case "verification that any string passes":
                verification!.Seed = ByteString.CopyFrom(new byte[verification.Seed.Length]);
                verification.Tag = ByteString.CopyFrom(new byte[verification.Tag.Length]);
                break;
            case "verification pattern":
                verification!.PatternDigest = Flip(verification.PatternDigest);
                break;
            case "verification leak":
                verification!.LeakEc ^= 1;
                break;
            case "verification errors":
                verification!.Errors ^= 1;
                break;
            case "verification many errors":
                verification!.Errors ^= 1 << 20;
                break;
            case "verification shorter key":
                verification!.KeyBits -= 64;
                break;
            case "verification longer key":
                verification!.KeyBits += 64;
                break;
            case "amplification seed":
                amplification!.Seed = Flip(amplification.Seed);
                break;
            case "amplification key length":
                amplification!.KeyBits -= 64;
                break;
            case "amplification refill":
                amplification!.RefillPads ^= 1;
                break;
            case "amplification tag":
                amplification!.Tag.Tag = Flip(amplification.Tag.Tag);
                break;
            default:
                message.Checkpoint.Tag.Tag = Flip(message.Checkpoint.Tag.Tag);
                break;
        }

        return ofKind;
    }

    private static ByteString Flip(ByteString bytes)
    {
        byte[] copy = bytes.ToByteArray();
        copy[0] ^= 1;
        return ByteString.CopyFrom(copy);
    }
}
