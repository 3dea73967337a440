namespace MdiQkd.Acquisition.Recordings;

/// <summary>What a recording held; nothing that is read disappears uncounted.</summary>
public sealed class RecordingCounters
{
    private const int SingleChannels = 9;

    private readonly long[] photons = new long[256];

    /// <summary>Records read, of all kinds.</summary>
    public long Records { get; internal set; }

    /// <summary>Tags delivered by channel; [256].</summary>
    public IReadOnlyList<long> Photons => photons;

    /// <summary>Records that only extend the time range.</summary>
    public long Overflows { get; internal set; }

    /// <summary>Marker records, which are not delivered.</summary>
    public long Markers { get; internal set; }

    /// <summary>Tags that go back in time, which the ascending order of a source cannot hold; reported as lost.</summary>
    public long BackwardTags { get; internal set; }

    /// <summary>Records that are unknown, or have a time or channel out of range; reported as lost.</summary>
    public long Skipped { get; internal set; }

    /// <summary>Blocks that are damaged or gone; their tags are among <see cref="Skipped"/>.</summary>
    public long DamagedBlocks { get; internal set; }

    /// <summary>Bytes before the end that belong to nothing sound.</summary>
    public long DamagedBytes { get; internal set; }

    /// <summary>Blocks of a kind that this software does not know.</summary>
    public long UnknownBlocks { get; internal set; }

    /// <summary>Bytes at the end that make no whole record.</summary>
    public long TruncatedBytes { get; internal set; }

    /// <summary>Tags that the recording itself reports as missing.</summary>
    public long ReportedLost { get; internal set; }

    /// <summary>Time of the first tag delivered, ps; 0 as long as there is none.</summary>
    public long FirstTagPs { get; private set; }

    /// <summary>Time of the last tag delivered, ps.</summary>
    public long LastTagPs { get; internal set; }

    /// <summary>Tags delivered.</summary>
    public long Tags { get; private set; }

    /// <summary>Counts the tags of a block from one on.</summary>
    internal void AddTags(TimeTagBlock block, int from)
    {
        if (from == block.Count)
        {
            return;
        }

        FirstTagPs = Tags == 0 ? block.TimePs(from) : FirstTagPs;
        LastTagPs = block.TimePs(block.Count - 1);
        Tags += block.Count - from;
        CountChannels(block.Channels.AsSpan(from, block.Count - from));
    }

    // Mostly there are few channels, with low numbers: each is counted by itself, by vectors, until none is left.
    private void CountChannels(ReadOnlySpan<byte> channels)
    {
        int left = channels.Length;
        byte channel = 0;
        for (; left > 0 && channel < SingleChannels; channel++)
        {
            int count = channels.Count(channel);
            photons[channel] += count;
            left -= count;
        }

        for (int i = 0; left > 0; i++)
        {
            int others = channels[i] >= channel ? 1 : 0;
            photons[channels[i]] += others;
            left -= others;
        }
    }
}
