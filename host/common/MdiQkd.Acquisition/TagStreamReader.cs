namespace MdiQkd.Acquisition;

/// <summary>
/// Reads a tag stream (shared/protocol/TAGSTREAM.md), one frame per block: from a byte stream, in a buffer that grows once at most, or
/// from memory, where it lies.
/// </summary>
public sealed class TagStreamReader : ITimeTagSource
{
    /// <summary>Bytes of a read, unless a frame is longer: what was read is still in a second-level cache when it is decoded.</summary>
    private const int ReadBytes = 1 << 16;

    // Null if all is held from the beginning.
    private readonly Stream? stream;
    private readonly TagFrameDecoder decoder = new();
    private ReadOnlyMemory<byte> held;
    private byte[] buffer = [];
    private int start;
    private int end;

    /// <summary>Reads from <paramref name="stream"/> and disposes it in the end.</summary>
    public TagStreamReader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
        held = buffer = new byte[ReadBytes];
    }

    /// <summary>Reads a whole stream that is in memory, which must not change meanwhile.</summary>
    public TagStreamReader(ReadOnlyMemory<byte> stream)
    {
        held = stream;
        end = stream.Length;
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

        EndReason = TagFrame.TryRead(held.Span[start..end], out TagFrame frame);
        int frameBytes = TagFrame.HeaderBytes + frame.PayloadBytes;
        if (EndReason != TimeTagError.None || !await FillAsync(frameBytes, ct).ConfigureAwait(false))
        {
            return false;
        }

        bool decoded = decoder.TryDecode(held.Span.Slice(start, frameBytes), block);
        start += frameBytes;
        EndReason = decoder.Error;
        return decoded;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Has <paramref name="bytes"/> in the buffer, or sets the error.</summary>
    private async ValueTask<bool> FillAsync(int bytes, CancellationToken ct)
    {
        while (end - start < bytes)
        {
            if (stream is null)
            {
                return EndOfStream();
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
            if (bytes > buffer.Length)
            {
                Array.Resize(ref buffer, TagFrame.HeaderBytes + TagFrame.PayloadBytesMax);
                held = buffer;
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
                return EndOfStream();
            }

            end += got;
        }

        return true;
    }

    private bool EndOfStream()
    {
        EndReason = end == start ? TimeTagError.LinkLost : TimeTagError.Truncated;
        return false;
    }
}
