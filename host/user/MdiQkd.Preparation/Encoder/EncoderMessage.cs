using MdiQkd.Protocol;

namespace MdiQkd.Preparation.Encoder;

/// <summary>One frame of the encoder protocol, decoded.</summary>
public abstract record EncoderMessage
{
    private protected EncoderMessage()
    {
    }
}

/// <summary>First frame in each direction.</summary>
/// <param name="Version">Protocol version, <see cref="EncoderFrames.Version"/>.</param>
public sealed record EncoderHello(ushort Version) : EncoderMessage;

/// <summary>Loads a session.</summary>
/// <param name="Light">What to emit.</param>
/// <param name="StateKey">32 bytes; the holder of the message zeroes them.</param>
public sealed record ArmCommand(SessionLight Light, byte[] StateKey) : EncoderMessage
{
    /// <summary>Session and slots, never the key.</summary>
    public override string ToString() => $"{nameof(ArmCommand)} {Light.Session} slots {Light.Slots}";
}

/// <summary>Permission to emit the slots before <paramref name="UntilSlot"/>.</summary>
/// <param name="Session">The armed session.</param>
/// <param name="UntilSlot">First slot that is not allowed yet.</param>
public sealed record EmitCommand(SessionId Session, long UntilSlot) : EncoderMessage;

/// <summary>Stops a session.</summary>
/// <param name="Session">The session.</param>
public sealed record StopCommand(SessionId Session) : EncoderMessage;

/// <summary>A session is loaded.</summary>
/// <param name="Session">The session.</param>
public sealed record ArmedReply(SessionId Session) : EncoderMessage;

/// <summary>A session is refused.</summary>
/// <param name="Session">The session.</param>
/// <param name="Reason">One line.</param>
public sealed record RefusedReply(SessionId Session, string Reason) : EncoderMessage;

/// <summary>Slots emitted so far.</summary>
/// <param name="Value">The report.</param>
public sealed record ProgressReport(EncoderProgress Value) : EncoderMessage;

/// <summary>Moves the actuators.</summary>
/// <param name="Setting">Absolute settings.</param>
public sealed record AlignCommand(LightAlignment Setting) : EncoderMessage;

/// <summary>Where the actuators stand.</summary>
/// <param name="Value">The report.</param>
public sealed record AlignedReply(AlignmentReport Value) : EncoderMessage;
