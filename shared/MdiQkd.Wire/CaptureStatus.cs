namespace MdiQkd.Wire;

/// <summary>Where a capture is.</summary>
public sealed class CaptureStatus : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 28;

    /// <summary>The capture, or 0 if there was none.</summary>
    public int CaptureId { get; set; }

    /// <summary>What it does.</summary>
    public CaptureState State { get; set; }

    /// <summary>Fault that ended it, or None.</summary>
    public FaultCode Fault { get; set; }

    /// <summary>Number of the next block: blocks below it are sent or wait for credit.</summary>
    public uint NextBlock { get; set; }

    /// <summary>Tags lost since the capture began.</summary>
    public long LostTags { get; set; }

    /// <summary>End of the last block, ticks.</summary>
    public long EndTick { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt16(buffer, offset, CaptureId);
        LittleEndian.PutUInt16(buffer, offset + 2, (int)State);
        LittleEndian.PutInt32(buffer, offset + 4, (int)Fault);
        LittleEndian.PutUInt32(buffer, offset + 8, NextBlock);
        LittleEndian.PutInt64(buffer, offset + 12, LostTags);
        LittleEndian.PutInt64(buffer, offset + 20, EndTick);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        int state = LittleEndian.GetUInt16(buffer, offset + 2);
        CaptureId = LittleEndian.GetUInt16(buffer, offset);
        State = (CaptureState)state;
        Fault = (FaultCode)LittleEndian.GetUInt16(buffer, offset + 4);
        NextBlock = LittleEndian.GetUInt32(buffer, offset + 8);
        LostTags = LittleEndian.GetInt64(buffer, offset + 12);
        EndTick = LittleEndian.GetInt64(buffer, offset + 20);
        bool isSound = state <= (int)CaptureState.Faulted && LittleEndian.GetUInt16(buffer, offset + 6) == 0
            && LostTags >= 0 && EndTick >= 0 && EndTick <= TagBlock.TickMax;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
