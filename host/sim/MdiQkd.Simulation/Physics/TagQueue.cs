using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Tags on their way out: put in nearly in order, given their timing errors in batches, sorted as they come (the errors swap
/// neighbours), handed over up to a watermark.
/// </summary>
internal sealed class TagQueue
{
    private const int PendingMax = 1024;
    private const int Four = 4;

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
        if (pending == PendingMax)
        {
            Settle();
        }

        pendingPs[pending] = timePs;
        pendingChannels[pending++] = channel;
    }

    /// <summary>Adds two tags.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddPair(long firstPs, byte firstChannel, long secondPs, byte secondChannel)
    {
        if (pending + 2 > PendingMax)
        {
            Settle();
        }

        Span<long> times = pendingPs.AsSpan(pending, 2);
        Span<byte> tags = pendingChannels.AsSpan(pending, 2);
        (times[0], times[1]) = (firstPs, secondPs);
        (tags[0], tags[1]) = (firstChannel, secondChannel);
        pending += 2;
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
        if (sorted + addedPs.Length > timesPs.Length)
        {
            int size = Math.Max(2 * timesPs.Length, sorted + addedPs.Length);
            Array.Resize(ref timesPs, size);
            Array.Resize(ref channels, size);
        }

        int n = 0;
        while (n < addedPs.Length)
        {
            n += Append(addedPs[n..], addedChannels[n..]);
            for (int end = Math.Min(n + Four, addedPs.Length); n < end; n++)
            {
                Insert(addedPs[n], addedChannels[n]);
            }
        }
    }

    // Tags that are in order, four at a time, as nearly all are; room is there.
    private int Append(ReadOnlySpan<long> addedPs, ReadOnlySpan<byte> addedChannels)
    {
        ref long added = ref MemoryMarshal.GetReference(addedPs);
        Span<long> times = timesPs.AsSpan(sorted, addedPs.Length);
        Span<byte> tags = channels.AsSpan(sorted, addedPs.Length);
        long last = sorted > 0 ? timesPs[sorted - 1] : FloorPs;
        int n = 0;
        for (; n + Four <= addedPs.Length; n += Four)
        {
            Vector256<long> four = Vector256.LoadUnsafe(ref added, (nuint)n);
            Vector256<long> next = Vector256.Shuffle(four, Vector256.Create(1L, 2, 3, 3));
            if (addedPs[n] < last || Vector256.GreaterThanAny(four, next))
            {
                break;
            }

            four.CopyTo(times[n..]);
            MemoryMarshal.Write(tags.Slice(n, Four), MemoryMarshal.Read<int>(addedChannels.Slice(n, Four)));
            last = addedPs[n + Four - 1];
        }

        sorted += n;
        return n;
    }

    private void Insert(long timePs, byte channel)
    {
        timePs = Math.Max(timePs, FloorPs);
        int i = sorted++;
        for (; i > 0 && timesPs[i - 1] > timePs; i--)
        {
            timesPs[i] = timesPs[i - 1];
            channels[i] = channels[i - 1];
        }

        timesPs[i] = timePs;
        channels[i] = channel;
    }
}
