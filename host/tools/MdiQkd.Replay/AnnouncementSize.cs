using MdiQkd.Measurement;
using MdiQkd.Protocol;

namespace MdiQkd.Replay;

/// <summary>Counts the bytes that events take in an announcement list (shared/protocol/ANNOUNCEMENT-BATCH.md).</summary>
internal sealed class AnnouncementSize
{
    private byte[] buffer = [];
    private long previousSlot = -1;
    private long bytes;

    /// <summary>Events counted.</summary>
    internal long Events { get; private set; }

    /// <summary>Mean bytes; 0 without events.</summary>
    internal double BytesPerEvent => Events == 0 ? 0 : (double)bytes / Events;

    /// <summary>Counts the events of a buffer, which follow those before.</summary>
    internal void Add(BsmEventBuffer events)
    {
        int bytesMax = EventListEncoding.EventBytesMax * events.Count;
        buffer = buffer.Length < bytesMax ? new byte[bytesMax] : buffer;
        bytes += EventListEncoding.Encode(
            events.Slots.AsSpan(0, events.Count), events.Outcomes.AsSpan(0, events.Count), ref previousSlot, buffer);
        Events += events.Count;
    }
}
