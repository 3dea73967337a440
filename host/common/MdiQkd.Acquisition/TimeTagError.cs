namespace MdiQkd.Acquisition;

/// <summary>Why a tag source refused its input. An error ends the stream: what follows a damaged frame has no known time.</summary>
public enum TimeTagError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The link failed or closed between two frames, without an end frame.</summary>
    LinkLost,

    /// <summary>The input ends inside a frame or record.</summary>
    Truncated,

    /// <summary>The magic bytes are not those of the format.</summary>
    BadMagic,

    /// <summary>A version or record type that this reader does not know.</summary>
    UnknownVersion,

    /// <summary>A kind of frame that this reader does not know.</summary>
    UnknownKind,

    /// <summary>A header field is outside its range: count, payload length, channel bits, time, reserved byte.</summary>
    BadHeader,

    /// <summary>A count or length above its limit.</summary>
    Oversized,

    /// <summary>The checksum does not match.</summary>
    BadChecksum,

    /// <summary>The payload does not hold exactly the announced tags, or a time step is above its limit.</summary>
    BadPayload,

    /// <summary>A sequence number or a time that does not follow the frame before it.</summary>
    OutOfOrder,

    /// <summary>A device ended the capture by itself; its fault table says why.</summary>
    DeviceFault,
}
