namespace MdiQkd.Wire;

/// <summary>What is wrong with received bytes. A local value: it never travels.</summary>
public enum WireError
{
    /// <summary>Nothing: a whole frame or message.</summary>
    None = 0,

    /// <summary>More bytes are needed.</summary>
    Incomplete = 1,

    /// <summary>Bytes that are no frame: noise, another baud rate, or the rest of a damaged frame.</summary>
    Garbage = 2,

    /// <summary>A frame header whose checksum does not match, or whose reserved field is not zero.</summary>
    BadHeader = 3,

    /// <summary>A sound header of another protocol version.</summary>
    UnsupportedVersion = 4,

    /// <summary>A sound header that announces more payload than the receiver takes.</summary>
    Oversized = 5,

    /// <summary>The payload does not match its checksum.</summary>
    BadPayload = 6,

    /// <summary>A frame whose bytes stopped coming.</summary>
    Abandoned = 7,

    /// <summary>The payload has another length than its message type.</summary>
    BadLength = 8,

    /// <summary>A field outside its range, or a reserved field that is not zero.</summary>
    OutOfRange = 9,
}
