using System.Buffers.Binary;
using System.Numerics;

namespace MdiQkd.Acquisition;

/// <summary>
/// Writes time-tag blocks as a tag stream (shared/protocol/TAGSTREAM.md). A block becomes one frame, or several if it holds
/// more than <see cref="TagFrame.TagsMax"/> tags or a pause that one frame cannot hold.
/// </summary>
public sealed class TagStreamWriter : ITimeTagSink
{
    // Frames of values of one length are read almost twice as fast, which is worth an eighth of the bytes.
    private const int EvenGain = 8;

    private readonly Stream stream;
    private readonly byte[] buffer = new byte[TagFrame.HeaderBytes + TagFrame.PayloadBytesMax];
    private uint sequence;
    private long watermarkPs = -1;
    private bool completed;

    /// <summary>Writes to <paramref name="stream"/> and disposes it in the end.</summary>
    public TagStreamWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
    }

    /// <inheritdoc/>
    public long BytesWritten { get; private set; }

    /// <summary>
    /// Writes a block. If a block with lost tags needs several frames, each is marked with at least one, so that the whole
    /// stretch is void at the reader; the sum is then at least the true number.
    /// </summary>
    /// <exception cref="ArgumentException">The block does not follow the one before, or its tags exceed its watermark.</exception>
    public async ValueTask WriteAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        ObjectDisposedException.ThrowIf(completed, this);
        block.ThrowIfNotAfter(watermarkPs);
        int channelBits = ChannelBits(block.Channels.AsSpan(0, block.Count));
        long lostLeft = block.LostTags;
        int from = 0;
        do
        {
            int to = FrameEnd(block.TimesPs.AsSpan(0, block.Count), from, TagFrame.StepPsMax(channelBits));
            bool last = to == block.Count;
            long lost = last ? Math.Max(lostLeft, Math.Min(1, block.LostTags)) : Math.Min(1, block.LostTags);
            lostLeft -= lost;
            int bytes = Encode(
                TagFrameKind.Tags, channelBits, block.TimesPs.AsSpan(from, to - from), block.Channels.AsSpan(from, to - from),
                last ? block.WatermarkPs : block.TimesPs[to] - 1, lost);
            await SendAsync(bytes, ct).ConfigureAwait(false);
            from = to;
        }
        while (from < block.Count);
    }

    /// <summary>Writes the end frame and flushes; nothing may follow.</summary>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(completed, this);
        completed = true;
        int bytes = Encode(TagFrameKind.End, 0, [], [], Math.Max(0, watermarkPs), 0);
        await SendAsync(bytes, ct).ConfigureAwait(false);
        await stream.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Disposes the byte stream; a stream that was not completed reads as a lost link.</summary>
    public ValueTask DisposeAsync()
    {
        completed = true;
        return stream.DisposeAsync();
    }

    private static int ChannelBits(ReadOnlySpan<byte> channels)
    {
        uint all = 0;
        foreach (byte channel in channels)
        {
            all |= channel;
        }

        return 32 - BitOperations.LeadingZeroCount(all);
    }

    /// <summary>End of the longest run from <paramref name="from"/> that fits a frame and does not end between equal times.</summary>
    private static int FrameEnd(ReadOnlySpan<long> timesPs, int from, int stepPsMax)
    {
        int limit = Math.Min(timesPs.Length, from + TagFrame.TagsMax);
        for (int i = from + 1; i < limit; i++)
        {
            if (timesPs[i] - timesPs[i - 1] > stepPsMax || timesPs[i] - timesPs[from] > TagFrame.SpanPsMax)
            {
                return i;
            }
        }

        int to = limit;
        while (to < timesPs.Length && timesPs[to] == timesPs[to - 1])
        {
            to--;
            if (to == from)
            {
                throw new ArgumentException($"More than {TagFrame.TagsMax} tags have the same time.", nameof(timesPs));
            }
        }

        return to;
    }

    private int Encode(
        TagFrameKind kind, int channelBits, ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, long watermark, long lost)
    {
        int payloadBytes = TagPayload.Encode(timesPs, channels, channelBits, buffer.AsSpan(TagFrame.HeaderBytes));
        int valueBytes = EvenPayload.ValueBytes(timesPs, channelBits);
        int evenBytes = valueBytes * timesPs.Length;
        if (evenBytes * EvenGain <= payloadBytes * (EvenGain + 1) && evenBytes > 0)
        {
            payloadBytes = evenBytes;
            EvenPayload.Encode(timesPs, channels, channelBits, valueBytes, buffer.AsSpan(TagFrame.HeaderBytes, payloadBytes));
        }
        else
        {
            valueBytes = 0;
        }

        TagFrame frame = new(
            kind, channelBits, valueBytes, sequence++, timesPs.Length, timesPs.IsEmpty ? 0 : timesPs[0], watermark, lost, payloadBytes, 0);
        frame.Write(buffer);
        uint register = Crc32C.Update(Crc32C.Initial, buffer.AsSpan(0, TagFrame.ChecksumOffset));
        register = Crc32C.Update(register, buffer.AsSpan(TagFrame.HeaderBytes, payloadBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(TagFrame.ChecksumOffset), ~register);
        watermarkPs = watermark;
        return TagFrame.HeaderBytes + payloadBytes;
    }

    private async ValueTask SendAsync(int bytes, CancellationToken ct)
    {
        await stream.WriteAsync(buffer.AsMemory(0, bytes), ct).ConfigureAwait(false);
        BytesWritten += bytes;
    }
}
