using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MdiQkd.Acquisition;

/// <summary>
/// Time tags of one stretch of time, in columns. A block covers exactly the times from the watermark of the block before it
/// (exclusive) to its own (inclusive): every tag in between that was not lost is in the block, in ascending order, ties allowed.
/// The owner of the block reuses it: a source refills it, so a consumer keeps no reference to its arrays.
/// </summary>
/// <remarks>
/// A source whose times span less than 2^32 ps may leave them as 32-bit offsets, half the memory and twice the numbers in a vector.
/// Who wants them as they are asks for them; who does not gets times, spread once when asked for.
/// </remarks>
public sealed class TimeTagBlock
{
    /// <summary>Tags that a new block holds before it grows: one full frame of the tag stream.</summary>
    public const int DefaultCapacity = TagFrame.TagsMax;

    private long[] timesPs;
    private byte[] channels;
    private uint[] offsetsPs = [];
    private long originPs;
    private bool holdsOffsets;

    /// <summary>Makes an empty block.</summary>
    /// <param name="capacity">Tags that fit before the columns grow.</param>
    public TimeTagBlock(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        timesPs = new long[capacity];
        channels = new byte[capacity];
    }

    /// <summary>Valid tags at the start of the columns.</summary>
    public int Count { get; set; }

    /// <summary>Times in picoseconds since the tagger's power-up, ascending; [<see cref="Count"/>] are valid.</summary>
    public long[] TimesPs
    {
        get
        {
            if (holdsOffsets)
            {
                SpreadOffsets();
            }

            return timesPs;
        }
    }

    /// <summary>Tagger channel of each tag; [<see cref="Count"/>] are valid.</summary>
    public byte[] Channels => channels;

    /// <summary>Every tag up to and including this time has been delivered, in this block or earlier.</summary>
    public long WatermarkPs { get; set; }

    /// <summary>Tags known to be missing somewhere in the stretch of this block; 0 = none.</summary>
    public long LostTags { get; set; }

    /// <summary>Time of one tag, however it is held.</summary>
    public long TimePs(int index) => holdsOffsets ? originPs + offsetsPs[index] : timesPs[index];

    /// <summary>The times as offsets, if they are held as such; they then ascend.</summary>
    /// <param name="fromPs">Time from which they count.</param>
    /// <param name="offsets">[<see cref="Count"/>], ps.</param>
    public bool TryGetOffsets(out long fromPs, out ReadOnlySpan<uint> offsets)
    {
        fromPs = originPs;
        offsets = holdsOffsets ? offsetsPs.AsSpan(0, Count) : default;
        return holdsOffsets;
    }

    /// <summary>Empties the block; the watermark stays.</summary>
    public void Clear()
    {
        Count = 0;
        LostTags = 0;
        holdsOffsets = false;
    }

    /// <summary>Appends one tag; the caller keeps the order.</summary>
    public void Add(long timePs, byte channel)
    {
        EnsureCapacity(Count + 1);
        timesPs[Count] = timePs;
        channels[Count++] = channel;
    }

    /// <summary>Refuses a block that does not follow a watermark, exceeds its own, or has a watermark out of range.</summary>
    internal void ThrowIfNotAfter(long watermarkBeforePs)
    {
        bool follows = WatermarkPs >= watermarkBeforePs && WatermarkPs is >= 0 and <= TagFrame.TimePsMax
            && LostTags >= 0
            && (Count == 0 || (TimePs(0) > watermarkBeforePs && TimePs(Count - 1) <= WatermarkPs));
        if (!follows)
        {
            throw new ArgumentException(
                $"A block must lie between the watermark before, {watermarkBeforePs} ps, and its own, {WatermarkPs} ps.");
        }
    }

    /// <summary>Grows the columns of times and channels, keeping the tags, until <paramref name="capacity"/> tags fit.</summary>
    public void EnsureCapacity(int capacity)
    {
        if (holdsOffsets)
        {
            SpreadOffsets();
        }

        Grow(ref timesPs, capacity);
        Grow(ref channels, capacity);
    }

    /// <summary>Makes an empty block hold offsets; the caller fills both columns, in ascending order, and sets the count.</summary>
    /// <param name="fromPs">Time from which they count.</param>
    /// <param name="capacity">Tags that will fit.</param>
    /// <returns>At least as many offsets, ps.</returns>
    internal Span<uint> HoldOffsets(long fromPs, int capacity)
    {
        Grow(ref offsetsPs, capacity);
        Grow(ref channels, capacity);
        originPs = fromPs;
        holdsOffsets = true;
        return offsetsPs;
    }

    private static void Grow<T>(ref T[] column, int capacity)
    {
        if (capacity > column.Length)
        {
            Array.Resize(ref column, Math.Max(capacity, 2 * column.Length));
        }
    }

    private void SpreadOffsets()
    {
        holdsOffsets = false;
        Grow(ref timesPs, Count);
        ref uint offset = ref MemoryMarshal.GetArrayDataReference(offsetsPs);
        ref long time = ref MemoryMarshal.GetArrayDataReference(timesPs);
        Vector256<long> origin = Vector256.Create(originPs);
        int i = 0;
        for (; i + 8 <= Count; i += 8)
        {
            (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(Vector256.LoadUnsafe(ref offset, (nuint)i));
            (low.AsInt64() + origin).StoreUnsafe(ref time, (nuint)i);
            (high.AsInt64() + origin).StoreUnsafe(ref time, (nuint)i + 4);
        }

        for (; i < Count; i++)
        {
            timesPs[i] = originPs + offsetsPs[i];
        }
    }
}
