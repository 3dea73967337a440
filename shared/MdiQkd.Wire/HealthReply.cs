namespace MdiQkd.Wire;

/// <summary>Counters and measured values since start.</summary>
public sealed class HealthReply : IWireMessage
{
    /// <summary>Bytes of the payload.</summary>
    public const int PayloadBytes = 60;

    /// <summary>Time since start, ms.</summary>
    public long UptimeMs { get; set; }

    /// <summary>Whether there is a thermometer and it answers.</summary>
    public bool HasTemperature { get; set; }

    /// <summary>Whether the reference clock was there when last looked at; false too on a board that cannot tell.</summary>
    public bool IsReferencePresent { get; set; }

    /// <summary>Whether the last self-test passed; false before the first.</summary>
    public bool HasPassedSelfTest { get; set; }

    /// <summary>Temperature, thousandths of a degree Celsius; 0 without a thermometer.</summary>
    public int TemperatureMilliC { get; set; }

    /// <summary>Free memory, bytes.</summary>
    public uint FreeMemoryBytes { get; set; }

    /// <summary>Highest fill of the tagger's FIFO, tags.</summary>
    public int FifoHighWater { get; set; }

    /// <summary>Most block buffers that were in use at once.</summary>
    public int BufferHighWater { get; set; }

    /// <summary>Longest time between two rounds of the main loop, ms.</summary>
    public int LoopMsMax { get; set; }

    /// <summary>Tags lost since start.</summary>
    public long LostTags { get; set; }

    /// <summary>Tag blocks sent.</summary>
    public uint BlocksSent { get; set; }

    /// <summary>Sound frames received.</summary>
    public uint FramesReceived { get; set; }

    /// <summary>Damaged, oversized or abandoned frames, and runs of bytes that are no frame.</summary>
    public uint FramesRejected { get; set; }

    /// <summary>Frames of the host that never came, by their sequence numbers.</summary>
    public uint FramesMissed { get; set; }

    /// <summary>Received bytes that were part of no sound frame.</summary>
    public long DiscardedBytes { get; set; }

    /// <summary>Requests that came again and were answered from memory.</summary>
    public uint RepeatedRequests { get; set; }

    /// <inheritdoc/>
    public int PayloadBytesMax => PayloadBytes;

    /// <inheritdoc/>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutInt64(buffer, offset, UptimeMs);
        LittleEndian.PutInt32(buffer, offset + 8, TemperatureMilliC);
        LittleEndian.PutUInt32(buffer, offset + 12, FreeMemoryBytes);
        LittleEndian.PutUInt16(buffer, offset + 16, FifoHighWater);
        LittleEndian.PutUInt16(buffer, offset + 18, BufferHighWater);
        LittleEndian.PutUInt16(buffer, offset + 20, LoopMsMax);
        int bits = (HasTemperature ? 1 : 0) | (IsReferencePresent ? 2 : 0) | (HasPassedSelfTest ? 4 : 0);
        LittleEndian.PutUInt16(buffer, offset + 22, bits);
        LittleEndian.PutInt64(buffer, offset + 24, LostTags);
        LittleEndian.PutUInt32(buffer, offset + 32, BlocksSent);
        LittleEndian.PutUInt32(buffer, offset + 36, FramesReceived);
        LittleEndian.PutUInt32(buffer, offset + 40, FramesRejected);
        LittleEndian.PutUInt32(buffer, offset + 44, FramesMissed);
        LittleEndian.PutInt64(buffer, offset + 48, DiscardedBytes);
        LittleEndian.PutUInt32(buffer, offset + 56, RepeatedRequests);
        return PayloadBytes;
    }

    /// <inheritdoc/>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count != PayloadBytes)
        {
            return WireError.BadLength;
        }

        int bits = LittleEndian.GetUInt16(buffer, offset + 22);
        UptimeMs = LittleEndian.GetInt64(buffer, offset);
        TemperatureMilliC = LittleEndian.GetInt32(buffer, offset + 8);
        FreeMemoryBytes = LittleEndian.GetUInt32(buffer, offset + 12);
        FifoHighWater = LittleEndian.GetUInt16(buffer, offset + 16);
        BufferHighWater = LittleEndian.GetUInt16(buffer, offset + 18);
        LoopMsMax = LittleEndian.GetUInt16(buffer, offset + 20);
        HasTemperature = (bits & 1) != 0;
        IsReferencePresent = (bits & 2) != 0;
        HasPassedSelfTest = (bits & 4) != 0;
        LostTags = LittleEndian.GetInt64(buffer, offset + 24);
        BlocksSent = LittleEndian.GetUInt32(buffer, offset + 32);
        FramesReceived = LittleEndian.GetUInt32(buffer, offset + 36);
        FramesRejected = LittleEndian.GetUInt32(buffer, offset + 40);
        FramesMissed = LittleEndian.GetUInt32(buffer, offset + 44);
        DiscardedBytes = LittleEndian.GetInt64(buffer, offset + 48);
        RepeatedRequests = LittleEndian.GetUInt32(buffer, offset + 56);
        bool isSound = bits <= 7 && UptimeMs >= 0 && LostTags >= 0 && DiscardedBytes >= 0;
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
