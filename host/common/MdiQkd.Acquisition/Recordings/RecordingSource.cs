namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// A recording of fixed-size records, read in bounded memory. Equal times are kept in one block: the tags at the latest time
/// wait for the next. Tags that go back in time are dropped, counted, and reported as lost in the block that is being filled.
/// </summary>
public abstract class RecordingSource : ITimeTagSource
{
    /// <summary>Records per read: a block of about the size of a tag-stream frame.</summary>
    private const int RecordsPerRead = 1 << 15;

    private readonly Stream stream;
    private readonly int recordBytes;
    private readonly byte[] buffer;
    private readonly List<byte> held = [];
    private TimeTagBlock? filling;
    private bool ended;

    private protected RecordingSource(Stream stream, int recordBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
        this.recordBytes = recordBytes;
        buffer = new byte[RecordsPerRead * recordBytes];
    }

    /// <inheritdoc/>
    public TimeTagError EndReason { get; private set; }

    /// <summary>What was read so far.</summary>
    public RecordingCounters Counters { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        if (ended)
        {
            return false;
        }

        filling = block;
        do
        {
            foreach (byte channel in held)
            {
                block.Add(Counters.LastTagPs, channel);
            }

            held.Clear();
            int got = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)
                .ConfigureAwait(false);
            int records = got / recordBytes;
            Counters.Records += records;
            Decode(buffer.AsSpan(0, records * recordBytes));
            ended = got < buffer.Length;
            EndReason = got % recordBytes == 0 ? TimeTagError.None : TimeTagError.Truncated;
            if (!ended)
            {
                HoldLatest(block);
            }
        }
        while (!ended && block.Count == 0);
        filling = null;
        block.WatermarkPs = ended ? Counters.LastTagPs : Counters.LastTagPs - 1;
        return block.Count > 0 || block.LostTags > 0;
    }

    /// <summary>Closes the recording.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return stream.DisposeAsync();
    }

    /// <summary>Decodes whole records and reports each by one of the methods below.</summary>
    private protected abstract void Decode(ReadOnlySpan<byte> records);

    /// <summary>A tag.</summary>
    private protected void AddTag(long timePs, byte channel)
    {
        if (timePs is < 0 or > TagFrame.TimePsMax)
        {
            Skip();
        }
        else if (timePs < Counters.LastTagPs)
        {
            Counters.BackwardTags++;
            filling!.LostTags++;
        }
        else
        {
            Counters.LastTagPs = timePs;
            Counters.CountPhoton(channel);
            filling!.Add(timePs, channel);
        }
    }

    /// <summary>A record that cannot be used.</summary>
    private protected void Skip()
    {
        Counters.Skipped++;
        filling!.LostTags++;
    }

    /// <summary>Tags that the recording says are missing here.</summary>
    private protected void AddLost(long tags)
    {
        Counters.ReportedLost += tags;
        filling!.LostTags += tags;
    }

    private void HoldLatest(TimeTagBlock block)
    {
        while (block.Count > 0 && block.TimesPs[block.Count - 1] == Counters.LastTagPs)
        {
            held.Add(block.Channels[--block.Count]);
        }

        held.Reverse();
    }
}
