using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>Where tag blocks come from: a tagger chip or a front end.</summary>
public interface ITagSource
{
    /// <summary>What this part is, for the hello.</summary>
    Capabilities Capability { get; }

    /// <summary>Low bits of an item that hold the channel.</summary>
    int ChannelBits { get; }

    /// <summary>One tick in femtoseconds, numerator.</summary>
    uint TickFsNumerator { get; }

    /// <summary>One tick in femtoseconds, denominator.</summary>
    uint TickDenominator { get; }

    /// <summary>Items per block at most.</summary>
    int BlockItemsMax { get; }

    /// <summary>Length that every <see cref="BlockBuffer"/> for this source must have.</summary>
    int FrameBytes { get; }

    /// <summary>Whether the reference clock was there when last looked at.</summary>
    bool IsReferencePresent { get; }

    /// <summary>Tags lost since the capture began.</summary>
    long LostTags { get; }

    /// <summary>End of the last block of this capture, ticks.</summary>
    long EndTick { get; }

    /// <summary>Number of the next block of this capture.</summary>
    uint NextNumber { get; }

    /// <summary>Highest fill of the FIFO since start, tags.</summary>
    int FifoHighWater { get; }

    /// <summary>Looks whether the part answers and keeps its settings.</summary>
    /// <param name="selfTest">Receives one or more steps.</param>
    void Test(SelfTestReply selfTest);

    /// <summary>Begins a capture.</summary>
    /// <param name="captureId">1 to 65,535.</param>
    /// <param name="settings">Items, flush time, channels, averaging.</param>
    /// <param name="nowMs">Time now.</param>
    /// <returns>None, or why not; the fault is in the log then.</returns>
    FaultCode Start(int captureId, TaggingSettings settings, long nowMs);

    /// <summary>Ends the capture; blocks up to the one marked end of capture still come from <see cref="TryFill"/>.</summary>
    void Stop(long nowMs);

    /// <summary>Ends the capture at once; nothing more comes.</summary>
    void Abort();

    /// <summary>Goes on with the capture.</summary>
    /// <param name="buffer">
    /// Where the block goes; always the same one until this yields true. Null if none is free: the source then counts what it loses.
    /// </param>
    /// <param name="nowMs">Time now.</param>
    /// <returns>Whether <paramref name="buffer"/> holds a whole block.</returns>
    bool TryFill(BlockBuffer buffer, long nowMs);

    /// <summary>Whether the last block of the capture has been delivered.</summary>
    bool HasEnded { get; }

    /// <summary>Fault that ended the capture, or None.</summary>
    FaultCode Fault { get; }
}
