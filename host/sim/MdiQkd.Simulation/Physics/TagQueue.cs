using System.Runtime.CompilerServices;
using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Tags on their way out: put in nearly in order, given their timing errors in batches, sorted as they come (the errors swap
/// neighbours), handed over up to a watermark.
/// </summary>
internal sealed class TagQueue
{
    private const int PendingMax = 1024;

    private readonly JitterTable jitter;
    private readonly PhysicsRandom random;
    private readonly long[] pendingPs = new long[PendingMax];
    private readonly byte[] pendingChannels = new byte[PendingMax];
    private long[] timesPs = new long[PendingMax];
    private byte[] channels = new byte[PendingMax];
    private int pending;
    private int sorted;

    /// <param name="jitter">Timing errors.</param>
    /// <param name="random">Own generator, for them.</param>
    public TagQueue(JitterTable jitter, PhysicsRandom random)
    {
        this.jitter = jitter;
        this.random = random;
    }

    /// <summary>Tags held.</summary>
    public int Count => sorted + pending;

    /// <summary>No tag is earlier than this: light that comes early cannot reach back before the stretch.</summary>
    public long FloorPs { get; set; } = long.MinValue;

    /// <summary>Adds a tag.</summary>
    /// <param name="timePs">Time without its timing error.</param>
    /// <param name="channel">Channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long timePs, byte channel)
    {
        int i = pending;
        pendingPs[i] = timePs;
        pendingChannels[i] = channel;
        pending = i + 1;
        if (i + 1 == PendingMax)
        {
            Settle();
        }
    }

    /// <summary>Adds tags.</summary>
    /// <param name="addedPs">Times without timing errors; overwritten.</param>
    /// <param name="addedChannels">Channels.</param>
    public void AddAll(Span<long> addedPs, ReadOnlySpan<byte> addedChannels)
    {
        Settle();
        Sort(addedPs, addedChannels);
    }

    /// <summary>Moves every tag up to the watermark into a cleared block; the rest waits.</summary>
    public void MoveTo(TimeTagBlock block, long watermarkPs)
    {
        Settle();
        int ready = sorted;
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
        timesPs.AsSpan(ready, sorted - ready).CopyTo(timesPs);
        channels.AsSpan(ready, sorted - ready).CopyTo(channels);
        sorted -= ready;
    }

    /// <summary>Moves all tags into a cleared block; those after the watermark are moved to it.</summary>
    public void MoveAllTo(TimeTagBlock block, long watermarkPs)
    {
        Settle();
        for (int i = sorted - 1; i >= 0 && timesPs[i] > watermarkPs; i--)
        {
            timesPs[i] = watermarkPs;
        }

        MoveTo(block, watermarkPs);
    }

    private void Settle()
    {
        Sort(pendingPs.AsSpan(0, pending), pendingChannels);
        pending = 0;
    }

    private void Sort(Span<long> addedPs, ReadOnlySpan<byte> addedChannels)
    {
        jitter.AddTo(addedPs, random);
        int count = sorted;
        if (count + addedPs.Length > timesPs.Length)
        {
            int size = Math.Max(2 * timesPs.Length, count + addedPs.Length);
            Array.Resize(ref timesPs, size);
            Array.Resize(ref channels, size);
        }

        Span<long> times = timesPs;
        Span<byte> tags = channels;
        long last = count > 0 ? times[count - 1] : FloorPs;
        for (int n = 0; n < addedPs.Length; n++)
        {
            long timePs = addedPs[n];
            int i = count++;
            if (timePs >= last)
            {
                last = timePs;
            }
            else
            {
                timePs = Math.Max(timePs, FloorPs);
                for (; i > 0 && times[i - 1] > timePs; i--)
                {
                    times[i] = times[i - 1];
                    tags[i] = tags[i - 1];
                }
            }

            times[i] = timePs;
            tags[i] = addedChannels[n];
        }

        sorted = count;
    }
}
