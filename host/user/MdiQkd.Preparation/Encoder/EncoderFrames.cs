using System.Buffers.Binary;
using System.Text;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation.Encoder;

/// <summary>
/// Codec of the encoder protocol, used by both ends: u32 length of what follows, u8 type, body; all integers little-endian.
/// Normative text: shared/protocol/ENCODER.md.
/// </summary>
public static class EncoderFrames
{
    /// <summary>Protocol version; any change of a byte raises it.</summary>
    public const ushort Version = 2;

    /// <summary>First field of a hello: "MQEN" in ASCII.</summary>
    public const uint Magic = 0x4E45514D;

    /// <summary>Largest length field; the largest frame (a reason) needs 283.</summary>
    public const int LengthMax = 1024;

    /// <summary>Largest reason, in bytes of UTF-8; longer ones are cut.</summary>
    public const int ReasonMax = 255;

    /// <summary>Largest frame, with its length field.</summary>
    public const int FrameMax = HeaderSize + LengthMax;

    internal const int HeaderSize = 4;

    private const int ArmBody = SessionId.Size + (2 * sizeof(long)) + (11 * sizeof(int)) + sizeof(byte) + CounterStates.KeySize;

    private const int AlignBody = 3 * sizeof(int);

    /// <summary>Encodes one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="frame">At least <see cref="FrameMax"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(EncoderMessage message, Span<byte> frame)
    {
        var writer = new Writer(frame[HeaderSize..]);
        switch (message)
        {
            case EncoderHello hello:
                writer.Byte((byte)EncoderFrameType.Hello);
                writer.Int32(unchecked((int)Magic));
                writer.Byte((byte)hello.Version);
                writer.Byte((byte)(hello.Version >> 8));
                break;
            case ArmCommand arm:
                writer.Byte((byte)EncoderFrameType.Arm);
                WriteLight(ref writer, arm.Light);
                writer.Bytes(arm.StateKey.AsSpan(0, CounterStates.KeySize));
                break;
            case EmitCommand emit:
                writer.Byte((byte)EncoderFrameType.Emit);
                writer.Session(emit.Session);
                writer.Int64(emit.UntilSlot);
                break;
            case StopCommand stop:
                writer.Byte((byte)EncoderFrameType.Stop);
                writer.Session(stop.Session);
                break;
            case ArmedReply armed:
                writer.Byte((byte)EncoderFrameType.Armed);
                writer.Session(armed.Session);
                break;
            case RefusedReply refused:
                writer.Byte((byte)EncoderFrameType.Refused);
                writer.Session(refused.Session);
                writer.Reason(refused.Reason);
                break;
            case ProgressReport report:
                writer.Byte((byte)EncoderFrameType.Progress);
                writer.Session(report.Value.Session);
                writer.Int64(report.Value.EmittedSlots);
                writer.Byte(report.Value.Ended ? (byte)1 : (byte)0);
                writer.Reason(report.Value.Reason);
                break;
            case AlignCommand align:
                writer.Byte((byte)EncoderFrameType.Align);
                writer.Alignment(align.Setting);
                break;
            case AlignedReply aligned:
                writer.Byte((byte)EncoderFrameType.Aligned);
                writer.Alignment(aligned.Value.Setting);
                writer.Int64(aligned.Value.SincePs);
                break;
            default:
                throw new ArgumentException("unknown message type", nameof(message));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)writer.Written);
        return HeaderSize + writer.Written;
    }

    /// <summary>Decodes the first frame of a buffer.</summary>
    /// <param name="buffer">Bytes as received, from the start of a frame.</param>
    /// <param name="message">The message, if the result is <see cref="EncoderFrameError.None"/>.</param>
    /// <param name="consumed">Bytes of that frame.</param>
    /// <returns>Anything but None and Incomplete means that the peer is lost: there is no way to find the next frame.</returns>
    public static EncoderFrameError Read(ReadOnlySpan<byte> buffer, out EncoderMessage? message, out int consumed)
    {
        message = null;
        consumed = 0;
        if (buffer.Length < HeaderSize)
        {
            return EncoderFrameError.Incomplete;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
        if (length is < 1 or > LengthMax)
        {
            return EncoderFrameError.Length;
        }

        if (buffer.Length < HeaderSize + (int)length)
        {
            return EncoderFrameError.Incomplete;
        }

        ReadOnlySpan<byte> body = buffer.Slice(HeaderSize + 1, (int)length - 1);
        EncoderFrameError error = ReadBody((EncoderFrameType)buffer[HeaderSize], body, out message);
        consumed = error == EncoderFrameError.None ? HeaderSize + (int)length : 0;
        return error;
    }

    private static EncoderFrameError ReadBody(EncoderFrameType type, ReadOnlySpan<byte> body, out EncoderMessage? message)
    {
        message = null;
        (int minimum, int maximum) = BodyLength(type);
        if (minimum < 0)
        {
            return EncoderFrameError.Type;
        }

        if (body.Length < minimum || body.Length > maximum)
        {
            return EncoderFrameError.BodyLength;
        }

        message = type switch
        {
            EncoderFrameType.Hello => ReadHello(body),
            EncoderFrameType.Arm => ReadArm(body),
            EncoderFrameType.Emit => ReadEmit(body),
            EncoderFrameType.Stop => new StopCommand(SessionId.Read(body)),
            EncoderFrameType.Armed => new ArmedReply(SessionId.Read(body)),
            EncoderFrameType.Refused => ReadRefused(body),
            EncoderFrameType.Align => ReadAlignment(body) is { } setting ? new AlignCommand(setting) : null,
            EncoderFrameType.Aligned => ReadAligned(body),
            _ => ReadProgress(body),
        };
        return message is null ? EncoderFrameError.Field : EncoderFrameError.None;
    }

    private static (int Minimum, int Maximum) BodyLength(EncoderFrameType type) => type switch
    {
        EncoderFrameType.Hello => (6, 6),
        EncoderFrameType.Arm => (ArmBody, ArmBody),
        EncoderFrameType.Emit => (SessionId.Size + 8, SessionId.Size + 8),
        EncoderFrameType.Stop or EncoderFrameType.Armed => (SessionId.Size, SessionId.Size),
        EncoderFrameType.Refused => (SessionId.Size + 1, SessionId.Size + 1 + ReasonMax),
        EncoderFrameType.Align => (AlignBody, AlignBody),
        EncoderFrameType.Aligned => (AlignBody + sizeof(long), AlignBody + sizeof(long)),
        EncoderFrameType.Progress => (SessionId.Size + 10, SessionId.Size + 10 + ReasonMax),
        _ => (-1, -1),
    };

    private static EncoderHello? ReadHello(ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadUInt32LittleEndian(body) == Magic
            ? new EncoderHello(BinaryPrimitives.ReadUInt16LittleEndian(body[4..]))
            : null;

    private static EmitCommand? ReadEmit(ReadOnlySpan<byte> body)
    {
        long untilSlot = BinaryPrimitives.ReadInt64LittleEndian(body[SessionId.Size..]);
        return untilSlot < 0 ? null : new EmitCommand(SessionId.Read(body), untilSlot);
    }

    private static RefusedReply? ReadRefused(ReadOnlySpan<byte> body) =>
        TryReadReason(body[SessionId.Size..], out string reason)
            ? new RefusedReply(SessionId.Read(body), reason)
            : null;

    private static ProgressReport? ReadProgress(ReadOnlySpan<byte> body)
    {
        long emitted = BinaryPrimitives.ReadInt64LittleEndian(body[SessionId.Size..]);
        byte ended = body[SessionId.Size + 8];
        return emitted >= 0 && ended <= 1 && TryReadReason(body[(SessionId.Size + 9)..], out string reason)
            ? new ProgressReport(new EncoderProgress(SessionId.Read(body), emitted, ended == 1, reason))
            : null;
    }

    private static LightAlignment? ReadAlignment(ReadOnlySpan<byte> body)
    {
        var setting = new LightAlignment(
            BinaryPrimitives.ReadInt32LittleEndian(body),
            BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[8..]));
        return setting.Fault() is null ? setting : null;
    }

    private static AlignedReply? ReadAligned(ReadOnlySpan<byte> body)
    {
        long sincePs = BinaryPrimitives.ReadInt64LittleEndian(body[AlignBody..]);
        return sincePs is >= 0 and <= SessionLight.EndPsMax && ReadAlignment(body) is { } setting
            ? new AlignedReply(new AlignmentReport(setting, sincePs))
            : null;
    }

    private static bool TryReadReason(ReadOnlySpan<byte> field, out string reason)
    {
        reason = "";
        if (field[0] != field.Length - 1)
        {
            return false;
        }

        reason = Encoding.UTF8.GetString(field[1..]);
        return true;
    }

    private static void WriteLight(ref Writer writer, SessionLight light)
    {
        writer.Session(light.Session);
        writer.Int64(light.StartPs);
        writer.Int64(light.Slots);
        writer.Int32(light.Timing.SlotPeriodPs);
        writer.Int32(light.Timing.BinSpacingPs);
        writer.Int32(light.Timing.WindowPs);
        writer.Int32(light.Source.ZMicro);
        writer.Int32(light.Source.VMicro);
        writer.Int32(light.Source.WMicro);
        writer.Int32(light.Source.ZWeight);
        writer.Int32(light.Source.VWeight);
        writer.Int32(light.Source.WWeight);
        writer.Int32(light.Pilots.Period);
        writer.Int32(light.Pilots.Length);
        writer.Byte(light.IsReference ? (byte)1 : (byte)0);
    }

    private static ArmCommand? ReadArm(ReadOnlySpan<byte> body)
    {
        SessionId session = SessionId.Read(body);
        long startPs = BinaryPrimitives.ReadInt64LittleEndian(body[16..]);
        long slots = BinaryPrimitives.ReadInt64LittleEndian(body[24..]);
        Span<int> fields = stackalloc int[11];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = BinaryPrimitives.ReadInt32LittleEndian(body[(32 + (4 * i))..]);
        }

        var light = new SessionLight(
            session,
            startPs,
            slots,
            new SlotTiming(fields[0], fields[1], fields[2]),
            new SourceSettings(fields[3], fields[4], fields[5], fields[6], fields[7], fields[8]),
            new PilotPattern(fields[9], fields[10]),
            body[32 + (4 * fields.Length)] == 1);
        return body[32 + (4 * fields.Length)] <= 1 && light.Fault() is null
            ? new ArmCommand(light, body[(33 + (4 * fields.Length))..].ToArray())
            : null;
    }

    private ref struct Writer(Span<byte> target)
    {
        private readonly Span<byte> target = target;

        public int Written { get; private set; }

        public void Byte(byte value) => target[Written++] = value;

        public void Int32(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target[Written..], value);
            Written += sizeof(int);
        }

        public void Int64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[Written..], value);
            Written += sizeof(long);
        }

        public void Session(SessionId value)
        {
            value.Write(target[Written..]);
            Written += SessionId.Size;
        }

        public void Alignment(LightAlignment value)
        {
            Int32(value.DelayPs);
            Int32(value.FrequencyKHz);
            Int32(value.PolarisationMrad);
        }

        public void Bytes(ReadOnlySpan<byte> value)
        {
            value.CopyTo(target[Written..]);
            Written += value.Length;
        }

        public void Reason(string value)
        {
            Span<byte> text = target.Slice(Written + 1, ReasonMax);
            Encoding.UTF8.GetEncoder().Convert(value, text, flush: true, out _, out int bytes, out _);
            target[Written] = (byte)bytes;
            Written += 1 + bytes;
        }
    }
}
