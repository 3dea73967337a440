using System.Security.Cryptography;
using Google.Protobuf;
using MdiQkd.Node.Messages;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests.Blindness;

/// <summary>
/// Messages as the hub saw them, in order, without the fields that may depend on the users' strings; those are collected. Why
/// they may: HubBlindnessTests.
/// </summary>
/// <param name="block">The block of the run: after its end it names the channel root that was made from its key.</param>
internal sealed class HubView(string block)
{
    private const int RootAt = 4;
    private const int CodeAt = 84;
    private const int SessionAt = 4;
    private const int CounterAt = 12;
    private const int BodyAt = 20;

    private readonly HashSet<string> earlierSessions = [];
    private byte[] verificationDigest = [];
    private bool hasNewRoot;

    /// <summary>Fields left out so far.</summary>
    public List<(string Name, ByteString Value)> Exempt { get; } = [];

    /// <summary>The next message without those fields.</summary>
    public byte[] Take(bool received, byte[] bytes)
    {
        NodeMessage? fromNode = received ? NodeMessage.Parser.ParseFrom(bytes) : null;
        HubMessage? toNode = received ? null : HubMessage.Parser.ParseFrom(bytes);
        ByteString? relay = fromNode?.BodyCase == NodeMessage.BodyOneofCase.Relay ? fromNode.Relay
            : toNode?.BodyCase == HubMessage.BodyOneofCase.Relay ? toNode.Relay
            : null;
        if (relay is null)
        {
            return bytes;
        }

        PeerMessage message = PeerMessage.Parser.ParseFrom(relay);
        switch (message.BodyCase)
        {
            case PeerMessage.BodyOneofCase.Verification:
                verificationDigest = SHA256.HashData(message.Verification.ToByteArray());
                message.Verification.Tag = LeaveOut("verification tag", message.Verification.Tag);
                break;
            case PeerMessage.BodyOneofCase.Amplification:
                message.Amplification.Tag.Tag = LeaveOut("third tag", message.Amplification.Tag.Tag);
                break;
            case PeerMessage.BodyOneofCase.Checkpoint when message.Checkpoint.Kind == CheckpointKind.T3:
                Assert.Equal(verificationDigest, message.Checkpoint.Digests[1].ToByteArray());
                message.Checkpoint.Digests[1] = LeaveOut("digest of the verification", message.Checkpoint.Digests[1]);
                message.Checkpoint.Tag.Tag = LeaveOut("third tag", message.Checkpoint.Tag.Tag);
                break;
            case PeerMessage.BodyOneofCase.ChannelHello when BlockId.Read(message.ChannelHello.Span[RootAt..]).ToString() == block:
                hasNewRoot = true;
                message.ChannelHello = LeaveOut("sealed under the new key", message.ChannelHello, CodeAt..);
                break;
            case PeerMessage.BodyOneofCase.ChannelSealed when !IsEarlierSession(message.ChannelSealed.Memory[SessionAt..CounterAt]):
                message.ChannelSealed = LeaveOut("sealed under the new key", message.ChannelSealed, SessionAt..CounterAt);
                message.ChannelSealed = LeaveOut("sealed under the new key", message.ChannelSealed, BodyAt..);
                break;
        }

        return [.. (fromNode?.Peer ?? toNode!.Peer).Select(letter => (byte)letter), .. message.ToByteArray()];
    }

    /// <summary>A session that was in use before the new root was named stands until the handshake is complete.</summary>
    private bool IsEarlierSession(ReadOnlyMemory<byte> session)
    {
        string id = Convert.ToHexString(session.Span);
        if (!hasNewRoot)
        {
            earlierSessions.Add(id);
        }

        return earlierSessions.Contains(id);
    }

    private ByteString LeaveOut(string name, ByteString bytes) => LeaveOut(name, bytes, ..);

    private ByteString LeaveOut(string name, ByteString bytes, Range range)
    {
        byte[] left = bytes.ToByteArray();
        Exempt.Add((name, ByteString.CopyFrom(left[range])));
        left.AsSpan(range).Clear();
        return ByteString.CopyFrom(left);
    }
}
