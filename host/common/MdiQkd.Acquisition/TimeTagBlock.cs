namespace MdiQkd.Acquisition;

/// <summary>
/// Time tags of one stretch of time, in columns. A block covers exactly the times from the watermark of the block before it
/// (exclusive) to its own (inclusive): every tag in between that was not lost is in the block, in ascending order, ties allowed.
/// The owner of the block reuses it: a source refills it, so a consumer keeps no reference to its arrays.
/// </summary>
public sealed class TimeTagBlock
{
    /// <summary>Tags that a new block holds before it grows: one full frame of the tag stream.</summary>
    public const int DefaultCapacity = TagFrame.TagsMax;

    private long[] timesPs;
    private byte[] channels;

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
    public long[] TimesPs => timesPs;

    /// <summary>Tagger channel of each tag; [<see cref="Count"/>] are valid.</summary>
    public byte[] Channels => channels;

    /// <summary>Every tag up to and including this time has been delivered, in this block or earlier.</summary>
    public long WatermarkPs { get; set; }

    /// <summary>Tags known to be missing somewhere in the stretch of this block; 0 = none.</summary>
    public long LostTags { get; set; }

    /// <summary>Empties the block; the watermark stays.</summary>
    public void Clear()
    {
        Count = 0;
        LostTags = 0;
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
            && (Count == 0 || (TimesPs[0] > watermarkBeforePs && TimesPs[Count - 1] <= WatermarkPs));
        if (!follows)
        {
            throw new ArgumentException(
                $"A block must lie between the watermark before, {watermarkBeforePs} ps, and its own, {WatermarkPs} ps.");
        }
    }

    /// <summary>Grows the columns, keeping the tags, until <paramref name="capacity"/> tags fit.</summary>
    public void EnsureCapacity(int capacity)
    {
        if (capacity > timesPs.Length)
        {
            int grown = Math.Max(capacity, 2 * timesPs.Length);
            Array.Resize(ref timesPs, grown);
            Array.Resize(ref channels, grown);
        }
    }
}
