namespace MdiQkd.Acquisition.Recordings;

/// <summary>What a recording held; nothing that is read disappears uncounted.</summary>
public sealed class RecordingCounters
{
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

    internal void AddTags(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels)
    {
        if (timesPs.IsEmpty)
        {
            return;
        }

        FirstTagPs = Tags == 0 ? timesPs[0] : FirstTagPs;
        LastTagPs = timesPs[^1];
        Tags += timesPs.Length;
        CountChannels(channels);
    }

    // Four counts of the same channel in a row would wait for each other: each of four neighbours has its own.
    private void CountChannels(ReadOnlySpan<byte> channels)
    {
        Span<uint> counts = stackalloc uint[4 * 256];
        counts.Clear();
        int i = 0;
        for (; i + 4 <= channels.Length; i += 4)
        {
            counts[channels[i]]++;
            counts[256 + channels[i + 1]]++;
            counts[512 + channels[i + 2]]++;
            counts[768 + channels[i + 3]]++;
        }

        for (; i < channels.Length; i++)
        {
            counts[channels[i]]++;
        }

        for (int channel = 0; channel < photons.Length; channel++)
        {
            photons[channel] += (long)counts[channel] + counts[256 + channel] + counts[512 + channel] + counts[768 + channel];
        }
    }
}
