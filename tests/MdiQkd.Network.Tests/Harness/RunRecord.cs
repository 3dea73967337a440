using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests.Harness;

/// <summary>What tests of rules ask about a run: what left a node, and how its block ended.</summary>
internal static class RunRecord
{
    /// <summary>A run that is over in milliseconds and never gives a key.</summary>
    public static NetworkSettings Small { get; } = new() { EventsPerSession = 2000 };

    /// <summary>Messages that a node handed to the hub.</summary>
    public static IEnumerable<NodeMessage> SentBy(this InMemoryNetwork network, TestNode node) =>
        network.Seen.Where(seen => seen.Received && seen.Node == node.Name).Select(seen => NodeMessage.Parser.ParseFrom(seen.Bytes));

    /// <summary>Messages that the hub sent to a node.</summary>
    public static IEnumerable<HubMessage> SentTo(this InMemoryNetwork network, TestNode node) =>
        network.Seen.Where(seen => !seen.Received && seen.Node == node.Name).Select(seen => HubMessage.Parser.ParseFrom(seen.Bytes));

    /// <summary>Whether labels, syndromes or key bits of a node left it.</summary>
    public static bool HasDisclosed(this InMemoryNetwork network, TestNode node) => network.SentBy(node).Any(message =>
        message.BodyCase is NodeMessage.BodyOneofCase.Disclosure or NodeMessage.BodyOneofCase.Syndromes or NodeMessage.BodyOneofCase.FrameBits);

    /// <summary>The checkpoint that a relayed message carries, or Unspecified.</summary>
    public static CheckpointKind CheckpointOf(Google.Protobuf.ByteString relay) =>
        PeerMessage.Parser.ParseFrom(relay) is { BodyCase: PeerMessage.BodyOneofCase.Checkpoint } message
            ? message.Checkpoint.Kind
            : CheckpointKind.Unspecified;

    /// <summary>Whether a message of the hub relays a checkpoint of this kind.</summary>
    public static bool IsCheckpoint(this HubMessage message, CheckpointKind kind) =>
        message.BodyCase == HubMessage.BodyOneofCase.Relay && CheckpointOf(message.Relay) == kind;

    /// <summary>The block is over at a node for this reason, without key and without anything said about its events.</summary>
    public static void AssertNothingGained(this InMemoryNetwork network, TestNode node, params AbortReason[] reasons)
    {
        Assert.NotNull(node.Report);
        Assert.True(reasons.Contains(node.Report.AbortReason), $"{node.Name}: {node.Report.AbortReason}: {node.Report.Detail}");
        Assert.Equal(0, node.Report.SecretBits);
        Assert.Equal(0, node.KeyBits);
        Assert.Empty(node.Keys.PendingBlocks(node.Peer));
        Assert.False(network.HasDisclosed(node), $"{node.Name} disclosed something");
    }

    /// <summary>Both users hold the same, non-zero amount of key of a block that both finished.</summary>
    public static void AssertKeyAtBoth(this InMemoryNetwork network)
    {
        foreach (TestNode node in (ReadOnlySpan<TestNode>)[network.Alice, network.Bob])
        {
            Assert.NotNull(node.Report);
            Assert.True(node.Report.AbortReason == AbortReason.None, $"{node.Name}: {node.Report.AbortReason}: {node.Report.Detail}");
        }

        Assert.Equal(network.Alice.Report!.BlockId, network.Bob.Report!.BlockId);
        Assert.Equal(network.Alice.Report.SecretBits, network.Bob.Report.SecretBits);
        Assert.True(network.Alice.KeyBits > 0);
        Assert.Equal(network.Alice.KeyBits, network.Bob.KeyBits);
    }
}
