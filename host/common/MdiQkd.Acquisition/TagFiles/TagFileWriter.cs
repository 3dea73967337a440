using System.Numerics;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>
/// Writes a tag file (shared/protocol/TAGFILE.md). Tags are collected into blocks of <see cref="TagsPerBlock"/>; a loss keeps its own
/// stretch of time, so that no slot is void without need. What was written before a crash can be read; what was not flushed cannot.
/// </summary>
public sealed class TagFileWriter : ITimeTagSink
{
    /// <summary>Tags in a block: columns of 147 kB and a payload of 50 kB stay in a second-level cache while they are decoded.</summary>
    public const int TagsPerBlock = 1 << 14;

    private readonly Stream stream;
    private readonly TagFileIndex index = new();
    private readonly TimeTagBlock waiting = new(4 * TagsPerBlock) { WatermarkPs = -1 };
    private readonly TimeTagBlock items = new(2 * TagsPerBlock);
    private byte[] buffer = [];
    private long watermarkPs = -1;
    private long lostWaiting;
    private bool isCompleted;

    private TagFileWriter(Stream stream) => this.stream = stream;

    /// <inheritdoc/>
    public long BytesWritten { get; private set; }

    /// <summary>Tags taken so far, also those that wait.</summary>
    public long Tags => index.Tags + waiting.Count;

    /// <summary>Tags known to be missing so far.</summary>
    public long LostTags => index.LostTags;

    /// <summary>Blocks written so far.</summary>
    public long Blocks => index.Blocks;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Empty; need not seek. The writer disposes it in the end.</param>
    /// <param name="header">What is recorded.</param>
    /// <param name="ct">Cancels.</param>
    public static async ValueTask<TagFileWriter> CreateAsync(Stream stream, TagFileHeader header, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(header);
        TagFileWriter writer = new(stream);
        await writer.SendAsync(header.ToBytes(), ct).ConfigureAwait(false);
        return writer;
    }

    /// <summary>Takes a block. If one with lost tags becomes several, each is marked with at least one, so that the whole stretch is void.</summary>
    /// <exception cref="ArgumentException">The block does not follow the one before, or its tags exceed its watermark.</exception>
    public async ValueTask WriteAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        ObjectDisposedException.ThrowIf(isCompleted, this);
        block.ThrowIfNotAfter(waiting.WatermarkPs);
        if (block.LostTags > 0)
        {
            await EmptyAsync(1, ct).ConfigureAwait(false);
        }

        waiting.EnsureCapacity(waiting.Count + block.Count);
        block.TimesPs.AsSpan(0, block.Count).CopyTo(waiting.TimesPs.AsSpan(waiting.Count));
        block.Channels.AsSpan(0, block.Count).CopyTo(waiting.Channels.AsSpan(waiting.Count));
        waiting.Count += block.Count;
        waiting.WatermarkPs = block.WatermarkPs;
        waiting.LostTags = block.LostTags;
        lostWaiting = block.LostTags;
        await EmptyAsync(block.LostTags > 0 ? 1 : TagsPerBlock, ct).ConfigureAwait(false);
    }

    /// <summary>Writes what waits: after this, it survives the end of this process.</summary>
    public async ValueTask FlushAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(isCompleted, this);
        await EmptyAsync(1, ct).ConfigureAwait(false);
        await stream.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes what waits, the index and the trailer, and flushes; nothing may follow.</summary>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        await FlushAsync(ct).ConfigureAwait(false);
        isCompleted = true;
        byte[] trailer = TagFileTrailer.ToBytes(BytesWritten);
        await SendAsync(index.ToBytes(), ct).ConfigureAwait(false);
        await SendAsync(trailer, ct).ConfigureAwait(false);
        await stream.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Disposes the stream; a file that was not completed has no index.</summary>
    public ValueTask DisposeAsync()
    {
        isCompleted = true;
        return stream.DisposeAsync();
    }

    /// <summary>Writes blocks as long as at least <paramref name="atLeast"/> tags wait; with 1 also a stretch without tags.</summary>
    private async ValueTask EmptyAsync(int atLeast, CancellationToken ct)
    {
        int from = 0;
        while (waiting.Count - from >= atLeast || (atLeast == 1 && HasStretchWithoutTags(from)))
        {
            int bytes = EncodeNext(ref from, out TagFileBlock block);
            index.Add(BytesWritten, block);
            await SendAsync(buffer.AsMemory(0, bytes), ct).ConfigureAwait(false);
        }

        int left = waiting.Count - from;
        waiting.TimesPs.AsSpan(from, left).CopyTo(waiting.TimesPs);
        waiting.Channels.AsSpan(from, left).CopyTo(waiting.Channels);
        waiting.Count = left;
    }

    private bool HasStretchWithoutTags(int from) =>
        waiting.Count == from && (waiting.LostTags > 0 || waiting.WatermarkPs > watermarkPs);

    /// <summary>Makes a block of the tags from <paramref name="from"/> on, as many as belong into one, and moves it behind them.</summary>
    private int EncodeNext(ref int from, out TagFileBlock block)
    {
        ReadOnlySpan<long> times = waiting.TimesPs.AsSpan(from, waiting.Count - from);
        ReadOnlySpan<byte> channels = waiting.Channels.AsSpan(from, waiting.Count - from);
        int end = BlockEnd(times);
        int tags = Math.Min(end, TagFrame.TagsMax);
        int channelBits = FitSteps(times, channels, ref tags, out bool hasPauses);

        // More equal times than a block can hold are dropped, and counted.
        int dropped = tags == TagFrame.TagsMax ? end - tags : 0;
        long firstPs = tags > 0 ? times[0] : 0;
        bool isLast = tags + dropped == times.Length;
        long untilPs = isLast ? waiting.WatermarkPs : times[tags + dropped] - 1;
        long lost = waiting.LostTags == 0 ? 0 : isLast ? Math.Max(1, lostWaiting) : 1;
        lostWaiting -= lost;
        lost += dropped;
        waiting.LostTags = isLast ? 0 : waiting.LostTags;
        from += tags + dropped;
        times = times[..tags];
        channels = channels[..tags];
        int itemCount = tags;
        if (hasPauses)
        {
            items.EnsureCapacity(2 * tags);
            itemCount = TagPauses.Insert(times, channels, channelBits, items.TimesPs, items.Channels);
            times = items.TimesPs.AsSpan(0, itemCount);
            channels = items.Channels.AsSpan(0, itemCount);
        }

        int bytesMax = TagFileBlock.HeaderBytes + TagPayload.BytesMax(itemCount);
        buffer = buffer.Length >= bytesMax ? buffer : new byte[bytesMax];
        int payloadBytes = TagPayload.Encode(times, channels, channelBits, buffer.AsSpan(TagFileBlock.HeaderBytes));
        block = new TagFileBlock(
            TagFileBlockKind.Tags, channelBits, index.Blocks, payloadBytes, itemCount, tags, watermarkPs + 1, firstPs, untilPs, lost,
            index.Tags, Crc32C.Compute(buffer.AsSpan(TagFileBlock.HeaderBytes, payloadBytes)));
        block.Write(buffer);
        watermarkPs = untilPs;
        return TagFileBlock.HeaderBytes + payloadBytes;
    }

    /// <summary>End of a full block, or of all tags, that is not between equal times.</summary>
    private static int BlockEnd(ReadOnlySpan<long> times)
    {
        int end = Math.Min(times.Length, TagsPerBlock);
        while (end > 0 && end < times.Length && times[end] == times[end - 1])
        {
            end--;
        }

        if (end == 0 && !times.IsEmpty)
        {
            long first = times[0];
            end = times.IndexOfAnyExcept(first);
            end = end < 0 ? times.Length : end;
        }

        return end;
    }

    /// <summary>Bits of a channel; shortens the block if a step fits neither by itself nor with a pause.</summary>
    private static int FitSteps(ReadOnlySpan<long> times, ReadOnlySpan<byte> channels, ref int tags, out bool hasPauses)
    {
        uint all = 0;
        int highest = 0;
        foreach (byte channel in channels[..tags])
        {
            all |= channel;
            highest = Math.Max(highest, channel);
        }

        int channelBits = 32 - BitOperations.LeadingZeroCount(all);
        if (StepsWithin(times, tags, TagFrame.StepPsMax(channelBits)) == tags)
        {
            hasPauses = false;
            return channelBits;
        }

        // A channel more is needed, for pauses. With all 256 in use there is none left.
        int bitsWithPause = 32 - BitOperations.LeadingZeroCount((uint)highest + 1);
        hasPauses = bitsWithPause <= 8;
        channelBits = hasPauses ? bitsWithPause : channelBits;
        tags = StepsWithin(times, tags, hasPauses ? TagPauses.StepPsMax(channelBits) : TagFrame.StepPsMax(channelBits));
        return channelBits;
    }

    /// <summary>Tags up to the first step that is longer; all if there is none.</summary>
    private static int StepsWithin(ReadOnlySpan<long> times, int tags, long stepPsMax)
    {
        for (int i = 1; i < tags; i++)
        {
            if (times[i] - times[i - 1] > stepPsMax)
            {
                return i;
            }
        }

        return tags;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await stream.WriteAsync(bytes, ct).ConfigureAwait(false);
        BytesWritten += bytes.Length;
    }
}
