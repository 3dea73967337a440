namespace MdiQkd.Measurement.Statistics;

/// <summary>The latest tags, newest first, for statistics of pairs. A bounded ring: input without gaps costs its oldest tags.</summary>
internal sealed class RecentTags
{
    /// <summary>Tags kept: 40 µs at 100 M tags/s.</summary>
    public const int Capacity = 1 << 12;

    private readonly long[] timesPs = new long[Capacity];
    private readonly byte[] channels = new byte[Capacity];
    private long added;

    /// <summary>Tags kept now.</summary>
    public int Count => (int)Math.Min(added, Capacity);

    /// <summary>Adds the newest tag.</summary>
    public void Add(long timePs, byte channel)
    {
        int at = (int)(added++ & (Capacity - 1));
        timesPs[at] = timePs;
        channels[at] = channel;
    }

    /// <summary>Time of a tag, 0 = newest.</summary>
    public long TimePs(int age) => timesPs[(int)((added - 1 - age) & (Capacity - 1))];

    /// <summary>Channel of a tag, 0 = newest.</summary>
    public byte Channel(int age) => channels[(int)((added - 1 - age) & (Capacity - 1))];
}
