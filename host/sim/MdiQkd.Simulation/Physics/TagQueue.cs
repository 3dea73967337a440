using System.Runtime.CompilerServices;
using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Tags on their way out: put in nearly in order (jitter swaps neighbours), sorted as they come, handed over up to a watermark.
/// </summary>
internal sealed class TagQueue
{
    private long[] timesPs = new long[1024];
    private byte[] channels = new byte[1024];

    /// <summary>Tags held.</summary>
    public int Count { get; private set; }

    /// <summary>No tag is earlier than this: light that comes early cannot reach back before the stretch.</summary>
    public long FloorPs { get; set; } = long.MinValue;

    /// <summary>Adds a tag; cheap if it is not much earlier than the latest one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long timePs, byte channel)
    {
        long[] times = timesPs;
        int i = Count;
        if ((uint)i < (uint)times.Length && (i == 0 ? FloorPs : times[i - 1]) <= timePs)
        {
            times[i] = timePs;
            channels[i] = channel;
            Count = i + 1;
        }
        else
        {
            Insert(timePs, channel);
        }
    }

    /// <summary>Moves every tag up to the watermark into a cleared block; the rest waits.</summary>
    public void MoveTo(TimeTagBlock block, long watermarkPs)
    {
        int ready = Count;
        while (ready > 0 && timesPs[ready - 1] > watermarkPs)
        {
            ready--;
        }

        block.Clear();
        block.EnsureCapacity(ready);
        timesPs.AsSpan(0, ready).CopyTo(block.TimesPs);
        channels.AsSpan(0, ready).CopyTo(block.Channels);
        block.Count = ready;
        block.WatermarkPs = watermarkPs;
        timesPs.AsSpan(ready, Count - ready).CopyTo(timesPs);
        channels.AsSpan(ready, Count - ready).CopyTo(channels);
        Count -= ready;
    }

    /// <summary>Moves all tags into a cleared block; those after the watermark are moved to it.</summary>
    public void MoveAllTo(TimeTagBlock block, long watermarkPs)
    {
        for (int i = Count - 1; i >= 0 && timesPs[i] > watermarkPs; i--)
        {
            timesPs[i] = watermarkPs;
        }

        MoveTo(block, watermarkPs);
    }

    private void Insert(long timePs, byte channel)
    {
        timePs = Math.Max(timePs, FloorPs);
        if (Count == timesPs.Length)
        {
            Array.Resize(ref timesPs, 2 * Count);
            Array.Resize(ref channels, 2 * Count);
        }

        int i = Count++;
        while (i > 0 && timesPs[i - 1] > timePs)
        {
            timesPs[i] = timesPs[i - 1];
            channels[i] = channels[i - 1];
            i--;
        }

        timesPs[i] = timePs;
        channels[i] = channel;
    }
}
