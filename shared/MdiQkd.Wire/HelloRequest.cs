namespace MdiQkd.Wire;

/// <summary>Opens a session. A new session id ends whatever the one before had running: light off, capture off.</summary>
public sealed class HelloRequest : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 4;

    /// <summary>Drawn by the host for each session; not 0.</summary>
    public uint SessionId { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt32(buffer, offset, SessionId);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        SessionId = LittleEndian.GetUInt32(buffer, offset);
        return SessionId != 0 ? WireError.None : WireError.OutOfRange;
    }
}
