namespace MdiQkd.Wire;

/// <summary>A request was not carried out; nothing changed.</summary>
public sealed class RefusedReply : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 8;

    /// <summary>Type byte of the request, which may be one that the device does not know.</summary>
    public byte RequestType { get; set; }

    /// <summary>Why.</summary>
    public RefusalReason Reason { get; set; }

    /// <summary>What the reason says: a value, a port, a remaining time or a fault code.</summary>
    public int Detail { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        buffer[offset] = RequestType;
        buffer[offset + 1] = (byte)Reason;
        LittleEndian.PutUInt16(buffer, offset + 2, 0);
        LittleEndian.PutInt32(buffer, offset + 4, Detail);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        RequestType = buffer[offset];
        Reason = (RefusalReason)buffer[offset + 1];
        Detail = LittleEndian.GetInt32(buffer, offset + 4);
        bool isSound = Reason >= RefusalReason.UnknownCommand && Reason <= RefusalReason.Failed
            && LittleEndian.GetUInt16(buffer, offset + 2) == 0;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
