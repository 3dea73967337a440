using MdiQkd.VirtualBoard.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Harness;

/// <summary>
/// The host's end of a link in tests: requests with ids, time-out and repetition as the protocol asks, and a record of everything that
/// comes unasked. A link that loses frames is simulated by <see cref="LoseRequests"/> and <see cref="LoseReplies"/>.
/// </summary>
internal sealed class HostEnd(MemoryLink link, BoardRig rig)
{
    private const int RequestTimeoutMs = 500;

    private readonly FrameReader reader = new(WireProtocol.PayloadBytesMax);
    private readonly byte[] frame = new byte[Frame.HeaderBytes + WireProtocol.RequestPayloadBytesMax + 8];
    private int nextId = 1;
    private uint sequence;
    private (MessageType Type, int Id, byte[] Payload)? reply;
    private uint? expected;

    /// <summary>Requests that do not arrive, counted down to 0.</summary>
    internal int LoseRequests { get; set; }

    /// <summary>Replies that do not arrive, counted down to 0.</summary>
    internal int LoseReplies { get; set; }

    /// <summary>Whether the host reads at all.</summary>
    internal bool IsDeaf { get; set; }

    internal List<(MessageType Type, byte[] Payload)> Events { get; } = [];

    internal List<byte[]> Blocks { get; } = [];

    internal int Damaged { get; private set; }

    internal int Repetitions { get; private set; }

    internal IEnumerable<FaultCode> FaultEvents =>
        Events.Where(e => e.Type == MessageType.FaultEvent).Select(e => Decode(new FaultRecord(), e.Payload).Code);

    /// <summary>Opens a session.</summary>
    internal HelloReply Hello(uint sessionId = 1)
    {
        nextId = 1;
        return Ask<HelloReply>(MessageType.HelloRequest, new HelloRequest { SessionId = sessionId });
    }

    /// <summary>Asks and expects a reply of the right kind.</summary>
    internal T Ask<T>(MessageType type, IWireMessage? request = null)
        where T : IWireMessage, new()
    {
        (MessageType replyType, byte[] payload) = Ask(type, request);
        if (replyType == MessageType.RefusedReply)
        {
            RefusedReply refused = Decode(new RefusedReply(), payload);
            Assert.Fail($"{type} refused: {refused.Reason}, {refused.Detail}");
        }

        Assert.Equal(type + 64, replyType);
        return Decode(new T(), payload);
    }

    /// <summary>Asks and expects a refusal.</summary>
    internal (RefusalReason Reason, int Detail) Refused(MessageType type, IWireMessage? request = null)
    {
        (MessageType replyType, byte[] payload) = Ask(type, request);
        Assert.Equal(MessageType.RefusedReply, replyType);
        RefusedReply refused = Decode(new RefusedReply(), payload);
        Assert.Equal((byte)type, refused.RequestType);
        return (refused.Reason, refused.Detail);
    }

    internal (MessageType Type, byte[] Payload) Ask(MessageType type, IWireMessage? request)
    {
        byte[] payload = new byte[request?.PayloadBytesMax ?? 0];
        request?.Encode(payload, 0);
        return Ask(type, payload);
    }

    /// <summary>Asks with these payload bytes; repeats as the protocol says.</summary>
    internal (MessageType Type, byte[] Payload) Ask(MessageType type, byte[] payload)
    {
        int id = nextId++;
        for (int attempt = 0; attempt < 6; attempt++)
        {
            Repetitions += attempt > 0 ? 1 : 0;
            Send(type, id, payload);
            for (int ms = 0; ms < RequestTimeoutMs; ms++)
            {
                rig.Step();
                if (reply is { } found && found.Id == id)
                {
                    reply = null;
                    return (found.Type, found.Payload);
                }
            }
        }

        throw new TimeoutException($"{type}: no reply");
    }

    /// <summary>The reply with that id, which must have come.</summary>
    internal T TakeReply<T>(int id)
        where T : IWireMessage, new()
    {
        Assert.Equal(id, reply?.Id);
        return Decode(new T(), reply!.Value.Payload);
    }

    /// <summary>Sends a frame and does not wait.</summary>
    internal void Send(MessageType type, int id, byte[] payload)
    {
        payload.CopyTo(frame, Frame.HeaderBytes);
        int bytes = Frame.Seal(frame, 0, type, sequence++, id, payload.Length);
        if (LoseRequests > 0)
        {
            LoseRequests--;
            return;
        }

        Assert.Equal(bytes, link.Write(frame, 0, bytes));
    }

    internal void Raw(ReadOnlySpan<byte> bytes) => link.Write(bytes.ToArray(), 0, bytes.Length);

    /// <summary>Sends bytes from a buffer of the caller, without allocation.</summary>
    internal void RawUnread(byte[] bytes, int count) => link.Write(bytes, 0, count);

    /// <summary>Throws away what has come, without allocation.</summary>
    internal void Drain(byte[] sink) => link.Read(sink, 0, sink.Length);

    internal void SkipSequence(uint count) => sequence += count;

    internal void Credit(int captureId, uint limit)
    {
        byte[] payload = new byte[CreditGrant.PayloadBytes];
        new CreditGrant { CaptureId = captureId, CreditLimit = limit }.Encode(payload, 0);
        Send(MessageType.CreditGrant, 0, payload);
    }

    internal DeviceStatus Heartbeat(int captureId = 0, uint limit = 0) =>
        Ask<DeviceStatus>(MessageType.HeartbeatRequest, new CreditGrant { CaptureId = captureId, CreditLimit = limit });

    internal SwitchStatus Connect(int user1, int user2)
    {
        SwitchConnectRequest request = new();
        request.SetPair(user1, user2);
        return Ask<SwitchStatus>(MessageType.SwitchConnectRequest, request);
    }

    /// <summary>Takes what has come.</summary>
    internal void Receive()
    {
        while (!IsDeaf)
        {
            WireError error = reader.Next();
            if (error == WireError.None)
            {
                Take();
            }
            else if (error != WireError.Incomplete)
            {
                Damaged++;
            }
            else
            {
                int count = link.Read(reader.Buffer, reader.End, reader.Room);
                if (count == 0)
                {
                    return;
                }

                reader.Commit(count);
            }
        }
    }

    internal void Forget()
    {
        reader.Reset();
        expected = null;
    }

    internal static T Decode<T>(T message, byte[] payload)
        where T : IWireMessage
    {
        Assert.Equal(WireError.None, message.Decode(payload, 0, payload.Length));
        return message;
    }

    private void Take()
    {
        FrameHeader header = reader.Header;
        byte[] payload = reader.Buffer[reader.PayloadOffset..(reader.PayloadOffset + reader.PayloadCount)];
        Assert.Equal(expected ?? header.Sequence, header.Sequence);
        expected = header.Sequence + 1;
        if (header.Type == MessageType.TagBlock)
        {
            Blocks.Add(payload);
        }
        else if (header.Type >= MessageType.TagBlock)
        {
            Events.Add((header.Type, payload));
        }
        else if (LoseReplies > 0)
        {
            LoseReplies--;
        }
        else
        {
            reply = (header.Type, header.RequestId, payload);
        }
    }
}
