using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Harness;

/// <summary>
/// The board's end of a link in memory: answers as WIRE.md says, remembers its last reply, sends blocks within its credit. Both
/// directions can lose, damage or delay frames. It counts what it carried out.
/// </summary>
internal sealed class ScriptedBoard : IDeviceLink
{
    private readonly FrameReader reader = new(WireProtocol.RequestPayloadBytesMax);
    private readonly byte[] frame = new byte[Frame.HeaderBytes + WireProtocol.PayloadBytesMax];
    private readonly Lock gate = new();
    private readonly ManualResetEventSlim hasBytes = new();
    private readonly TagBlockWriter writer = new(3, 64);
    private byte[] toHost = new byte[1 << 16];
    private int toHostStart;
    private int toHostEnd;
    private uint sequence;
    private int framesToHost;
    private int framesToBoard;
    private (int Id, byte Type, MessageType ReplyType, byte[] Payload)? memory;
    private uint sessionId;
    private int captureId;
    private uint creditLimit;
    private long endTick;

    /// <summary>Requests carried out, in order; a repetition is not among them.</summary>
    public List<MessageType> CarriedOut { get; } = [];

    /// <summary>Frames received, also repetitions.</summary>
    public List<(MessageType Type, int Id)> Received { get; } = [];

    /// <summary>Session ids of the hellos that opened a session.</summary>
    public List<uint> Sessions { get; } = [];

    /// <summary>What happens to frame n to the host: the bytes that arrive, none if it is lost.</summary>
    public Func<int, byte[], byte[]> ToHost { get; set; } = (_, bytes) => bytes;

    /// <summary>Which frames from the host are lost.</summary>
    public Func<int, bool> LosesFromHost { get; set; } = _ => false;

    /// <summary>Answer to a request in place of the usual one.</summary>
    public Func<MessageType, IWireMessage?> Answer { get; set; } = _ => null;

    /// <summary>Requests that are carried out and not yet answered.</summary>
    public Func<MessageType, bool> Holds { get; set; } = _ => false;

    public int HostTimeoutMs { get; set; } = 1000;

    public byte Version { get; set; } = WireProtocol.Version;

    public bool IsClosed { get; set; }

    /// <summary>Whether the link takes no bytes from the host.</summary>
    public bool IsStuck { get; set; }

    public SwitchStatus Switch { get; } = new() { State = SwitchState.Dark };

    public CaptureState CaptureState { get; private set; }

    public uint NextBlock { get; private set; }

    public uint CreditLimit => creditLimit;

    public void Dispose()
    {
    }

    public void Wait(int timeoutMs)
    {
        hasBytes.Wait(timeoutMs);
        hasBytes.Reset();
    }

    public int Read(Span<byte> buffer)
    {
        lock (gate)
        {
            if (IsClosed)
            {
                throw new IOException("the scripted link is closed");
            }

            int count = Math.Min(buffer.Length, toHostEnd - toHostStart);
            toHost.AsSpan(toHostStart, count).CopyTo(buffer);
            toHostStart += count;
            return count;
        }
    }

    public int Write(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (IsClosed)
            {
                throw new IOException("the scripted link is closed");
            }

            int taken = IsStuck ? 0 : Math.Min(bytes.Length, reader.Room);
            bytes[..taken].CopyTo(reader.Buffer.AsSpan(reader.End));
            reader.Commit(taken);
            WireError error;
            while ((error = reader.Next()) != WireError.Incomplete)
            {
                if (error == WireError.None && !LosesFromHost(framesToBoard++))
                {
                    Take();
                }
            }

            return taken;
        }
    }

    /// <summary>Loses session and memory, as a board that was switched off and on.</summary>
    public void Restart()
    {
        (sessionId, memory, CaptureState, captureId, creditLimit, NextBlock) = (0, null, CaptureState.Idle, 0, 0, 0);
        Switch.State = SwitchState.Dark;
    }

    /// <summary>Sends bytes that are no frame.</summary>
    public void SendRaw(byte[] bytes) => Deliver(bytes);

    /// <summary>Sends an unasked message.</summary>
    public void Send(MessageType type, IWireMessage message) => Send(type, 0, Encode(message));

    /// <summary>Answers a request that was held back.</summary>
    public void AnswerHeld(IWireMessage message)
    {
        lock (gate)
        {
            (int id, byte type, MessageType replyType, _) = memory!.Value;
            memory = (id, type, replyType, Encode(message));
            Send(replyType, id, memory.Value.Payload);
        }
    }

    /// <summary>Ends the capture with a last block, when there is credit.</summary>
    public void EndCapture(TagLoss loss = TagLoss.None, CaptureState state = CaptureState.Idle)
    {
        TrySendBlock([], endTick, 0, loss | TagLoss.EndOfCapture);
        CaptureState = state;
    }

    /// <summary>Sends a block, if a capture runs and there is credit.</summary>
    public bool TrySendBlock(
        ReadOnlySpan<(long Tick, byte Channel)> tags, long end, uint lost = 0, TagLoss loss = TagLoss.None)
    {
        if (CaptureState == CaptureState.Idle || (int)(creditLimit - NextBlock) <= 0)
        {
            return false;
        }

        writer.Begin(frame, Frame.HeaderBytes, NextBlock++, captureId);
        foreach ((long tick, byte channel) in tags)
        {
            if (!writer.TryAdd(tick, channel))
            {
                throw new InvalidOperationException("too many tags for a scripted block");
            }
        }

        endTick = end;
        int payloadBytes = writer.Finish(end, lost, loss, 0);
        SendSealed(MessageType.TagBlock, 0, payloadBytes);
        return true;
    }

    private static byte[] Encode(IWireMessage message)
    {
        byte[] payload = new byte[message.PayloadBytesMax];
        return payload[..message.Encode(payload, 0)];
    }

    private void Take()
    {
        MessageType type = reader.Header.Type;
        int id = reader.Header.RequestId;
        Received.Add((type, id));
        if (type == MessageType.CreditGrant)
        {
            Grant();
            return;
        }

        if (type == MessageType.HelloRequest)
        {
            HelloRequest hello = Decode(new HelloRequest());
            if (hello.SessionId != sessionId)
            {
                Restart();
                sessionId = hello.SessionId;
                Sessions.Add(sessionId);
            }
        }

        if (memory is { } last && last.Id == id && last.Type == (byte)type)
        {
            if (last.Payload.Length > 0)
            {
                Send(last.ReplyType, id, last.Payload);
            }

            return;
        }

        IWireMessage reply = sessionId == 0 && type != MessageType.HelloRequest
            ? new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.NoSession }
            : CarryOut(type);
        MessageType replyType = reply is RefusedReply ? MessageType.RefusedReply : (MessageType)((int)type + 0x40);
        bool isHeld = Holds(type);
        memory = (id, (byte)type, replyType, isHeld ? [] : Encode(reply));
        if (!isHeld)
        {
            Send(replyType, id, memory.Value.Payload);
        }
    }

    private IWireMessage CarryOut(MessageType type)
    {
        CarriedOut.Add(type);
        if (Answer(type) is { } scripted)
        {
            return scripted;
        }

        switch (type)
        {
            case MessageType.HelloRequest:
                HelloReply hello = new()
                {
                    SessionId = sessionId, FirmwareMajor = 1, Users = 4, TickFsNumerator = 1000, ChannelBits = 3, BlockBuffers = 4,
                    BlockItemsMax = 64, Capabilities = Capabilities.OpticalSwitch | Capabilities.FrontEnd,
                };
                "scripted"u8.CopyTo(hello.BoardName);
                hello.ChannelRoles[1] = ChannelRole.Detector;
                return hello;
            case MessageType.ConfigurationRequest:
                return new ConfigurationReply
                {
                    Key = Decode(new ConfigurationRequest()).Key, Value = HostTimeoutMs, Lowest = 100, Highest = 60_000,
                };
            case MessageType.SwitchConnectRequest:
                SwitchConnectRequest connect = Decode(new SwitchConnectRequest());
                (Switch.State, Switch.IsLightEnabled) = (SwitchState.LockedOut, true);
                (Switch.Users[0], Switch.Users[1]) = (connect.Users[0], connect.Users[1]);
                (Switch.ReadBack[0], Switch.ReadBack[1]) = (connect.Users[0], connect.Users[1]);
                return Switch;
            case MessageType.SwitchDarkRequest:
                (Switch.State, Switch.IsLightEnabled) = (SwitchState.Dark, false);
                Array.Clear(Switch.Users);
                Array.Clear(Switch.ReadBack);
                return Switch;
            case MessageType.SwitchStatusRequest:
                return Switch;
            case MessageType.CaptureStartRequest:
                CaptureStartRequest start = Decode(new CaptureStartRequest());
                (captureId, creditLimit, NextBlock, endTick) = (start.CaptureId, start.CreditLimit, 0, 0);
                CaptureState = CaptureState.Running;
                return Capture();
            case MessageType.CaptureStopRequest:
                CaptureState = CaptureState == CaptureState.Running ? CaptureState.Draining : CaptureState;
                return Capture();
            case MessageType.HealthRequest:
                return new HealthReply { UptimeMs = 1234, FreeMemoryBytes = 100_000 };
            case MessageType.SelfTestRequest:
                SelfTestReply test = new();
                test.Add(SelfTestStep.Checksum, 1, 1, 1);
                return test;
            case MessageType.HeartbeatRequest:
                Grant();
                return new DeviceStatus { SwitchState = Switch.State, CaptureState = CaptureState, NextBlock = NextBlock };
            default:
                return new FaultsReply();
        }
    }

    private CaptureStatus Capture() => new() { CaptureId = captureId, State = CaptureState, NextBlock = NextBlock };

    private void Grant()
    {
        CreditGrant grant = Decode(new CreditGrant());
        if (grant.CaptureId == captureId && (int)(grant.CreditLimit - creditLimit) > 0)
        {
            creditLimit = grant.CreditLimit;
        }
    }

    private T Decode<T>(T message)
        where T : IWireMessage
    {
        WireError error = message.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount);
        return error == WireError.None ? message : throw new InvalidOperationException($"the host sent a bad {message}");
    }

    private void Send(MessageType type, int id, byte[] payload)
    {
        payload.CopyTo(frame, Frame.HeaderBytes);
        SendSealed(type, id, payload.Length);
    }

    private void SendSealed(MessageType type, int id, int payloadBytes)
    {
        int bytes = Frame.Seal(frame, 0, type, sequence++, id, payloadBytes);
        if (Version != WireProtocol.Version)
        {
            frame[2] = Version;
            LittleEndian.PutUInt32(frame, 20, Crc32C.Compute(frame, 0, 20));
        }

        Deliver(ToHost(framesToHost++, frame[..bytes]));
    }

    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (toHostStart > 0)
            {
                toHost.AsSpan(toHostStart, toHostEnd - toHostStart).CopyTo(toHost);
                (toHostStart, toHostEnd) = (0, toHostEnd - toHostStart);
            }

            if (toHost.Length - toHostEnd < bytes.Length)
            {
                Array.Resize(ref toHost, 2 * (toHost.Length + bytes.Length));
            }

            bytes.CopyTo(toHost.AsSpan(toHostEnd));
            toHostEnd += bytes.Length;
        }

        hasBytes.Set();
    }
}
