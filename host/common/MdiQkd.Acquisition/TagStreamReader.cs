namespace MdiQkd.Acquisition;

/// <summary>
/// Reads a tag stream (shared/protocol/TAGSTREAM.md) from a byte stream, one frame per block, in a buffer that grows once at most.
/// </summary>
public sealed class TagStreamReader : ITimeTagSource
{
    /// <summary>Bytes of a read, unless a frame is longer: what was read is still in a second-level cache when it is decoded.</summary>
    private const int ReadBytes = 1 << 16;

    private readonly Stream stream;
    private readonly TagFrameDecoder decoder = new();
    private byte[] buffer = new byte[ReadBytes];
    private int start;
    private int end;

    /// <summary>Reads from <paramref name="stream"/> and disposes it in the end.</summary>
    public TagStreamReader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
    }

    /// <inheritdoc/>
    public TimeTagError EndReason { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        if (decoder.Ended || EndReason != TimeTagError.None || !await FillAsync(TagFrame.HeaderBytes, ct).ConfigureAwait(false))
        {
            return false;
        }

        EndReason = TagFrame.TryRead(buffer.AsSpan(start, end - start), out TagFrame frame);
        int frameBytes = TagFrame.HeaderBytes + frame.PayloadBytes;
        if (EndReason != TimeTagError.None || !await FillAsync(frameBytes, ct).ConfigureAwait(false))
        {
            return false;
        }

        bool decoded = decoder.TryDecode(buffer.AsSpan(start, frameBytes), block);
        start += frameBytes;
        EndReason = decoder.Error;
        return decoded;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <summary>Has <paramref name="bytes"/> in the buffer, or sets the error.</summary>
    private async ValueTask<bool> FillAsync(int bytes, CancellationToken ct)
    {
        while (end - start < bytes)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
            if (bytes > buffer.Length)
            {
                Array.Resize(ref buffer, TagFrame.HeaderBytes + TagFrame.PayloadBytesMax);
            }

            int got;
            try
            {
                got = await stream.ReadAsync(buffer.AsMemory(end, Math.Max(ReadBytes, bytes) - end), ct).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // A reset connection is an expected end of a network stream, not a fault of this program.
                EndReason = TimeTagError.LinkLost;
                return false;
            }

            if (got == 0)
            {
                EndReason = end == start ? TimeTagError.LinkLost : TimeTagError.Truncated;
                return false;
            }

            end += got;
        }

        return true;
    }
}
