using MdiQkd.Acquisition.Recordings;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>
/// Reads a tag file (shared/protocol/TAGFILE.md), one block at a time in a fixed buffer, whatever happened to it: what is damaged is
/// skipped, counted and reported as a void stretch. A stream that can seek is read from any time on.
/// </summary>
public sealed class TagFileReader : IRecording
{
    // Read ahead, at most: more would leave the second-level cache before it is decoded.
    private const int ReadBytes = 1 << 17;

    private const int BufferBytes = ReadBytes + TagFileBlock.HeaderBytes + TagFrame.PayloadBytesMax;

    private readonly Stream stream;
    private byte[] buffer = new byte[BufferBytes];
    private int start;
    private int end;
    private TagFileIndex? index;

    // Length of the file header, and offset of the buffer's first byte in the file.
    private long headerBytes;
    private long bufferOffset;

    // The stretch that was delivered or skipped last.
    private long watermarkPs = -1;
    private long tagsSeen;
    private uint nextNumber;

    // Bytes since the last sound block that belong to none, and tags in blocks that go back in time.
    private long unsoundBytes;
    private long lostWaiting;
    private bool isClosed;
    private bool hasEnded;

    private TagFileReader(Stream stream) => this.stream = stream;

    /// <summary>Header of the file; null if it is damaged.</summary>
    public TagFileHeader? Header { get; private set; }

    /// <inheritdoc/>
    public RecordingCounters Counters { get; } = new();

    /// <summary>Truncated if the file was not closed: it ends with its last whole block, or inside one.</summary>
    public TimeTagError EndReason { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <param name="stream">At its start; the reader disposes it in the end, also if there is no reader.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The reader, or null if neither a header nor the beginning of a block is sound at the start, or the version is unknown.</returns>
    public static async ValueTask<(TagFileReader? Reader, TimeTagError Error)> OpenAsync(Stream stream, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        TagFileReader reader = new(stream);
        TimeTagError error = await reader.ReadHeaderAsync(ct).ConfigureAwait(false);
        if (error != TimeTagError.None)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return (null, error);
        }

        return (reader, TimeTagError.None);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        while (!hasEnded)
        {
            TagFileBlock? found = await NextHeaderAsync(ct).ConfigureAwait(false);
            if (found is not { } header)
            {
                End();
                break;
            }

            if (header.Kind == TagFileBlockKind.Tags)
            {
                if (!await FillAsync(TagFileBlock.HeaderBytes + header.PayloadBytes, ct).ConfigureAwait(false)
                    || header.TryDecode(buffer.AsSpan(start + TagFileBlock.HeaderBytes, header.PayloadBytes), block)
                        != TimeTagError.None)
                {
                    // Damaged, or cut; a sound block may begin inside of what would be the payload.
                    Skip(1);
                    continue;
                }

                if (Take(header, block))
                {
                    return true;
                }
            }
            else if (header.Kind == TagFileBlockKind.Index)
            {
                if (FillGap(header.WatermarkPs, header, block))
                {
                    return true;
                }

                isClosed = await TryPassAsync(header, ct).ConfigureAwait(false);
                if (await FillAsync(TagFileTrailer.Bytes, ct).ConfigureAwait(false)
                    && TagFileTrailer.IndexOffset(buffer.AsSpan(start)) >= 0)
                {
                    start += TagFileTrailer.Bytes;
                }
            }
            else
            {
                CountDamage();
                Counters.UnknownBlocks++;
                await TryPassAsync(header, ct).ConfigureAwait(false);
            }
        }

        block.Clear();
        block.WatermarkPs = Math.Max(0, watermarkPs);
        (block.LostTags, lostWaiting) = (lostWaiting, 0);
        return block.LostTags > 0;
    }

    /// <summary>Goes to the block that holds a time, or to the first one after it; the stream must be able to seek.</summary>
    /// <param name="timePs">The next block read is the first whose watermark is at least this; it may hold earlier tags too.</param>
    /// <param name="ct">Cancels.</param>
    public async ValueTask SeekAsync(long timePs, CancellationToken ct)
    {
        TagFileIndex byTime = await IndexAsync(ct).ConfigureAwait(false);
        int at = byTime.Find(timePs);
        Restart(byTime.Entries.Count == 0 ? headerBytes : byTime.Entries[at].Offset);
        if (byTime.Entries.Count > 0)
        {
            (watermarkPs, tagsSeen) = (byTime.Entries[at].FromPs - 1, byTime.Entries[at].TagsBefore);
            nextNumber = (uint)at * (uint)byTime.Stride;
        }

        while (await NextHeaderAsync(ct).ConfigureAwait(false) is { Kind: TagFileBlockKind.Tags } header && header.WatermarkPs < timePs)
        {
            if (header.FromPs > watermarkPs)
            {
                Follow(header);
            }

            await TryPassAsync(header, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The index of the file; if it has none, or a damaged one, made from the headers of the blocks. The stream must be able to seek; where
    /// the next block is read does not change.
    /// </summary>
    public async ValueTask<TagFileIndex> IndexAsync(CancellationToken ct)
    {
        if (index is null)
        {
            long offset = bufferOffset + start;
            (long, long, uint, long, long, bool) state = (watermarkPs, tagsSeen, nextNumber, unsoundBytes, lostWaiting, hasEnded);
            index = await ReadIndexAsync(ct).ConfigureAwait(false) ?? await MakeIndexAsync(ct).ConfigureAwait(false);
            Restart(offset);
            (watermarkPs, tagsSeen, nextNumber, unsoundBytes, lostWaiting, hasEnded) = state;
        }

        return index;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<TimeTagError> ReadHeaderAsync(CancellationToken ct)
    {
        await FillAsync(TagFileHeader.FixedBytes + TagFileHeader.TextBytesMax + TagFileBlock.HeaderBytes, ct).ConfigureAwait(false);
        TimeTagError error = TagFileHeader.TryRead(buffer.AsSpan(start, end - start), out TagFileHeader? header, out int bytes);
        if (error == TimeTagError.None)
        {
            Header = header;
            headerBytes = bytes;
            start += bytes;
            return error;
        }

        // The header may be damaged and the blocks sound.
        for (int at = 0; error != TimeTagError.UnknownVersion && at + TagFileBlock.HeaderBytes <= end; at++)
        {
            if (TagFileBlock.TryRead(buffer.AsSpan(at), out _))
            {
                return TimeTagError.None;
            }
        }

        return error;
    }

    /// <summary>
    /// The next sound header of a block that is not cut, at the start of the buffer, or null at the end of the file; what is before it is
    /// skipped.
    /// </summary>
    private async ValueTask<TagFileBlock?> NextHeaderAsync(CancellationToken ct)
    {
        while (await FillAsync(TagFileBlock.HeaderBytes, ct).ConfigureAwait(false))
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(start, end - start);
            if (TagFileBlock.TryRead(bytes, out TagFileBlock header)
                && !(stream.CanSeek && bufferOffset + start + TagFileBlock.HeaderBytes + header.PayloadBytes > stream.Length))
            {
                return header;
            }

            int next = bytes[1..].IndexOf("MQTB"u8);
            Skip(next >= 0 ? next + 1 : bytes.Length - 3);
        }

        return null;
    }

    /// <summary>Delivers a block that was decoded, or what is missing before it.</summary>
    private bool Take(in TagFileBlock header, TimeTagBlock block)
    {
        if (header.FromPs <= watermarkPs)
        {
            CountDamage();
            Counters.Records += header.Tags;
            Counters.BackwardTags += header.Tags;
            lostWaiting += Math.Max(1, header.Tags + header.LostTags);
            start += TagFileBlock.HeaderBytes + header.PayloadBytes;
            return false;
        }

        if (FillGap(header.FromPs - 1, header, block))
        {
            return true;
        }

        start += TagFileBlock.HeaderBytes + header.PayloadBytes;
        Follow(header);
        isClosed = false;
        Counters.Records += header.Tags;
        Counters.ReportedLost += header.LostTags;
        Counters.AddTags(block, 0);
        block.LostTags += lostWaiting;
        lostWaiting = 0;
        return true;
    }

    /// <summary>Makes a void stretch of what is missing before a block, or at the end of the file.</summary>
    /// <returns>False if nothing is missing.</returns>
    private bool FillGap(long untilPs, in TagFileBlock next, TimeTagBlock block)
    {
        CountDamage();
        if (untilPs <= watermarkPs && next.TagsBefore == tagsSeen)
        {
            return false;
        }

        long missing = Math.Max(0, next.TagsBefore - tagsSeen);
        Counters.Records += missing;
        Counters.Skipped += missing;
        Counters.DamagedBlocks += Math.Max(0, (int)(next.Number - nextNumber));
        (watermarkPs, tagsSeen, nextNumber) = (Math.Max(watermarkPs, untilPs), next.TagsBefore, next.Number);
        block.Clear();
        block.WatermarkPs = Math.Max(0, watermarkPs);
        block.LostTags = Math.Max(1, missing) + lostWaiting;
        lostWaiting = 0;
        return true;
    }

    private void CountDamage()
    {
        Counters.DamagedBytes += unsoundBytes;
        unsoundBytes = 0;
    }

    private void Follow(in TagFileBlock header)
    {
        watermarkPs = header.WatermarkPs;
        tagsSeen = header.TagsBefore + header.Tags;
        nextNumber = header.Number + 1;
    }

    private void End()
    {
        hasEnded = true;
        Skip(end - start);
        if (isClosed)
        {
            CountDamage();
        }

        Counters.TruncatedBytes = unsoundBytes;
        EndReason = isClosed ? TimeTagError.None : TimeTagError.Truncated;
    }

    private void Skip(int bytes)
    {
        start += bytes;
        unsoundBytes += bytes;
    }

    /// <summary>Leaves out a block whose header is at the start of the buffer; if it is cut, only the byte that it begins with.</summary>
    private async ValueTask<bool> TryPassAsync(TagFileBlock header, CancellationToken ct)
    {
        int bytes = TagFileBlock.HeaderBytes + header.PayloadBytes;
        if (bytes > end - start && stream.CanSeek)
        {
            MoveTo(bufferOffset + start + bytes);
        }
        else if (await FillAsync(bytes, ct).ConfigureAwait(false))
        {
            start += bytes;
        }
        else
        {
            Skip(1);
            return false;
        }

        return true;
    }

    private async ValueTask<TagFileIndex?> ReadIndexAsync(CancellationToken ct)
    {
        if (stream.Length < headerBytes + TagFileBlock.HeaderBytes + TagFileTrailer.Bytes)
        {
            return null;
        }

        Restart(stream.Length - TagFileTrailer.Bytes);
        await FillAsync(TagFileTrailer.Bytes, ct).ConfigureAwait(false);
        long offset = TagFileTrailer.IndexOffset(buffer.AsSpan(0, TagFileTrailer.Bytes));
        if (offset < headerBytes || offset > stream.Length - TagFileTrailer.Bytes - TagFileBlock.HeaderBytes)
        {
            return null;
        }

        Restart(offset);
        await FillAsync(TagFileBlock.HeaderBytes, ct).ConfigureAwait(false);
        if (!TagFileBlock.TryRead(buffer.AsSpan(start), out TagFileBlock header))
        {
            return null;
        }

        stream.Position = offset + TagFileBlock.HeaderBytes;
        byte[] payload = new byte[header.PayloadBytes];
        int got = await stream.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        return TagFileIndex.TryRead(header, payload.AsSpan(0, got));
    }

    private async ValueTask<TagFileIndex> MakeIndexAsync(CancellationToken ct)
    {
        Restart(headerBytes);
        TagFileIndex made = new();
        while (await NextHeaderAsync(ct).ConfigureAwait(false) is { } header)
        {
            if (header.Kind == TagFileBlockKind.Tags && header.FromPs > made.WatermarkPs)
            {
                made.Add(bufferOffset + start, header);
            }

            await TryPassAsync(header, ct).ConfigureAwait(false);
        }

        return made;
    }

    /// <summary>Goes on reading elsewhere, as if nothing had been read.</summary>
    private void Restart(long offset)
    {
        MoveTo(offset);
        (watermarkPs, tagsSeen, nextNumber, unsoundBytes, lostWaiting, hasEnded) = (-1, 0, 0, 0, 0, false);
    }

    private void MoveTo(long offset)
    {
        stream.Position = Math.Min(offset, stream.Length);
        (start, end, bufferOffset) = (0, 0, stream.Position);
    }

    /// <summary>Has <paramref name="bytes"/> in the buffer; false if there are fewer.</summary>
    private async ValueTask<bool> FillAsync(int bytes, CancellationToken ct)
    {
        if (end - start >= bytes)
        {
            return true;
        }

        byte[] target = bytes <= buffer.Length ? buffer : new byte[bytes];
        buffer.AsSpan(start, end - start).CopyTo(target);
        (buffer, start, end, bufferOffset) = (target, 0, end - start, bufferOffset + start);
        while (end < bytes)
        {
            int room = Math.Min(buffer.Length - end, Math.Max(ReadBytes, bytes - end));
            int got = await stream.ReadAsync(buffer.AsMemory(end, room), ct).ConfigureAwait(false);
            if (got == 0)
            {
                return false;
            }

            end += got;
        }

        return true;
    }
}
