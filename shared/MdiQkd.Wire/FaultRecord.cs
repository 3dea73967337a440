namespace MdiQkd.Wire;

/// <summary>One line of the fault table; alone it is the payload of a fault event.</summary>
public sealed class FaultRecord : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 20;

    /// <summary>Which fault; may be one of a later version.</summary>
    public FaultCode Code { get; set; }

    /// <summary>Whether it is active: not yet gone, or not yet cleared.</summary>
    public bool IsActive { get; set; }

    /// <summary>What the fault says: a register, a port, a count.</summary>
    public int Detail { get; set; }

    /// <summary>How often it came since start.</summary>
    public uint Count { get; set; }

    /// <summary>When it came last, ms since start.</summary>
    public long UptimeMs { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt16(buffer, offset, (int)Code);
        LittleEndian.PutUInt16(buffer, offset + 2, IsActive ? 1 : 0);
        LittleEndian.PutInt32(buffer, offset + 4, Detail);
        LittleEndian.PutUInt32(buffer, offset + 8, Count);
        LittleEndian.PutInt64(buffer, offset + 12, UptimeMs);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        int active = LittleEndian.GetUInt16(buffer, offset + 2);
        Code = (FaultCode)LittleEndian.GetUInt16(buffer, offset);
        IsActive = active == 1;
        Detail = LittleEndian.GetInt32(buffer, offset + 4);
        Count = LittleEndian.GetUInt32(buffer, offset + 8);
        UptimeMs = LittleEndian.GetInt64(buffer, offset + 12);
        return Code != FaultCode.None && active <= 1 && UptimeMs >= 0 ? WireError.None : WireError.OutOfRange;
    }
}
