namespace MdiQkd.Acquisition.Recordings;

/// <summary>
/// A recording of fixed-size records, read in bounded memory. Equal times are kept in one block: the tags at the latest time
/// wait for the next. Tags that go back in time are dropped, counted, and reported as lost in the block that is being filled.
/// </summary>
/// <remarks>
/// A single damaged record may claim a time in the far future, beside which all that follow would go back in time. So a tag after
/// a pause of more than <see cref="PausePsMax"/> waits for the next one: if that is earlier, the first was damaged and is skipped.
/// </remarks>
public abstract class RecordingSource : IRecording
{
    /// <summary>Longest step to a tag that is believed at once, 1 ms.</summary>
    public const long PausePsMax = 1_000_000_000;

    /// <summary>Records per read: a block of about the size of a tag-stream frame.</summary>
    private const int RecordsPerRead = 1 << 15;

    private readonly Stream stream;
    private readonly int recordBytes;
    private readonly byte[] buffer;
    private readonly List<byte> held = [];
    private TimeTagBlock? filling;
    private int counted;
    private long latestPs;
    private bool ended;

    // A tag after a long pause, not delivered yet; -1 = none.
    private long awaitedPs = -1;
    private byte awaitedChannel;

    private protected RecordingSource(Stream stream, int recordBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
        this.recordBytes = recordBytes;
        buffer = new byte[RecordsPerRead * recordBytes];
    }

    /// <inheritdoc/>
    public TimeTagError EndReason { get; private set; }

    /// <inheritdoc/>
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
                block.Add(latestPs, channel);
            }

            counted = held.Count;
            held.Clear();
            int got = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)
                .ConfigureAwait(false);
            int records = got / recordBytes;
            Counters.Records += records;
            Decode(buffer.AsSpan(0, records * recordBytes));
            ended = got < buffer.Length;
            Counters.TruncatedBytes = got % recordBytes;
            EndReason = Counters.TruncatedBytes == 0 ? TimeTagError.None : TimeTagError.Truncated;
            if (ended)
            {
                DeliverAwaited();
            }

            Counters.AddTags(block, counted);
            if (!ended)
            {
                HoldLatest(block);
            }
        }
        while (!ended && block.Count == 0);
        filling = null;
        block.WatermarkPs = ended ? latestPs : latestPs - 1;
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
        if ((ulong)(timePs - latestPs) <= PausePsMax && awaitedPs < 0 && timePs <= TagFrame.TimePsMax)
        {
            latestPs = timePs;
            filling!.Add(timePs, channel);
        }
        else
        {
            AddDoubtful(timePs, channel);
        }
    }

    /// <summary>
    /// The same for a run of records of 32 bits that hold a tag each: channel − 1 above the ticks. Ends at the first record that
    /// is none (its number is too high), or that wants a closer look.
    /// </summary>
    /// <param name="records">Records, little-endian.</param>
    /// <param name="endRecord">Records from this number on are no tags.</param>
    /// <param name="tickBits">Low bits of a record that count ticks.</param>
    /// <param name="originPs">Time of tick 0.</param>
    /// <param name="tickPs">Length of a tick.</param>
    /// <returns>Records used.</returns>
    private protected int AddRun(ReadOnlySpan<uint> records, uint endRecord, int tickBits, long originPs, long tickPs)
    {
        if (awaitedPs >= 0 || originPs > TagFrame.TimePsMax - (tickPs << tickBits))
        {
            return 0;
        }

        TimeTagBlock block = filling!;
        block.EnsureCapacity(block.Count + records.Length);
        Span<long> timesPs = block.TimesPs.AsSpan(block.Count, records.Length);
        Span<byte> channels = block.Channels.AsSpan(block.Count, records.Length);
        RecordRun run = new(endRecord, tickBits, originPs, tickPs);
        long previousPs = latestPs;
        int used = run.Decode(records, timesPs, channels, ref previousPs);
        block.Count += used;
        latestPs = previousPs;
        return used;
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

    private void AddDoubtful(long timePs, byte channel)
    {
        if (timePs is < 0 or > TagFrame.TimePsMax)
        {
            Skip();
        }
        else if (timePs < latestPs)
        {
            Counters.BackwardTags++;
            filling!.LostTags++;
        }
        else
        {
            if (awaitedPs >= 0 && timePs < awaitedPs)
            {
                awaitedPs = -1;
                Skip();
            }

            DeliverAwaited();
            if (timePs - latestPs > PausePsMax)
            {
                awaitedPs = timePs;
                awaitedChannel = channel;
            }
            else
            {
                latestPs = timePs;
                filling!.Add(timePs, channel);
            }
        }
    }

    private void DeliverAwaited()
    {
        if (awaitedPs >= 0)
        {
            latestPs = awaitedPs;
            filling!.Add(awaitedPs, awaitedChannel);
            awaitedPs = -1;
        }
    }

    private void HoldLatest(TimeTagBlock block)
    {
        while (block.Count > 0 && block.TimesPs[block.Count - 1] == latestPs)
        {
            held.Add(block.Channels[--block.Count]);
        }

        held.Reverse();
    }
}
