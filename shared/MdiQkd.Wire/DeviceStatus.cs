namespace MdiQkd.Wire;

/// <summary>Reply to a heartbeat: what a host wants to see every time.</summary>
public sealed class DeviceStatus : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 24;

    /// <summary>Time since start, ms: a fall tells that the device restarted.</summary>
    public long UptimeMs { get; set; }

    /// <summary>State of the switch.</summary>
    public SwitchState SwitchState { get; set; }

    /// <summary>State of the time tagging.</summary>
    public CaptureState CaptureState { get; set; }

    /// <summary>Faults that are active now.</summary>
    public int ActiveFaults { get; set; }

    /// <summary>Number of the next tag block: a host that waits for a lower one has lost it.</summary>
    public uint NextBlock { get; set; }

    /// <summary>Tags lost since the capture began.</summary>
    public long LostTags { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt64(buffer, offset, UptimeMs);
        buffer[offset + 8] = (byte)SwitchState;
        buffer[offset + 9] = (byte)CaptureState;
        LittleEndian.PutUInt16(buffer, offset + 10, ActiveFaults);
        LittleEndian.PutUInt32(buffer, offset + 12, NextBlock);
        LittleEndian.PutInt64(buffer, offset + 16, LostTags);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        UptimeMs = LittleEndian.GetInt64(buffer, offset);
        SwitchState = (SwitchState)buffer[offset + 8];
        CaptureState = (CaptureState)buffer[offset + 9];
        ActiveFaults = LittleEndian.GetUInt16(buffer, offset + 10);
        NextBlock = LittleEndian.GetUInt32(buffer, offset + 12);
        LostTags = LittleEndian.GetInt64(buffer, offset + 16);
        bool isSound = UptimeMs >= 0 && SwitchState <= SwitchState.Faulted && CaptureState <= CaptureState.Faulted
            && LostTags >= 0;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
