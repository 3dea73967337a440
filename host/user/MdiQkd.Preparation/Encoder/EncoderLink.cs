using System.Security.Cryptography;

namespace MdiQkd.Preparation.Encoder;

/// <summary>
/// One end of an encoder connection over any byte stream. One reader at a time; writers may be many.
/// Buffers hold state keys: both are pinned, and zeroed after each frame.
/// </summary>
public sealed class EncoderLink : IAsyncDisposable
{
    private readonly Stream stream;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly byte[] outgoing = GC.AllocateArray<byte>(EncoderFrames.FrameMax, pinned: true);
    private readonly byte[] incoming = GC.AllocateArray<byte>(EncoderFrames.FrameMax, pinned: true);

    /// <summary>Takes over a stream.</summary>
    public EncoderLink(Stream stream) => this.stream = stream;

    /// <summary>Sends one message.</summary>
    /// <exception cref="IOException">Connection lost.</exception>
    public async Task WriteAsync(EncoderMessage message, CancellationToken ct)
    {
        await writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            int length = EncoderFrames.Write(message, outgoing);
            await stream.WriteAsync(outgoing.AsMemory(0, length), ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await stream.DisposeAsync().ConfigureAwait(false); // a frame that was cut cannot be resumed
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(outgoing);
            writing.Release();
        }
    }

    /// <summary>Waits for the next message; null at an orderly end of the stream.</summary>
    /// <exception cref="IOException">Connection lost, also in the middle of a frame.</exception>
    /// <exception cref="InvalidDataException">Not the encoder protocol.</exception>
    public async Task<EncoderMessage?> ReadAsync(CancellationToken ct)
    {
        Memory<byte> buffer = incoming;
        int header = await stream.ReadAtLeastAsync(
            buffer[..EncoderFrames.HeaderSize], EncoderFrames.HeaderSize, false, ct).ConfigureAwait(false);
        if (header == 0)
        {
            return null;
        }

        // A header of length 1..LengthMax reads as incomplete, anything else as a fault.
        EncoderFrameError error = EncoderFrames.Read(buffer.Span[..header], out _, out _);
        if (error == EncoderFrameError.Incomplete && header == EncoderFrames.HeaderSize)
        {
            int length = BitConverter.ToInt32(buffer.Span);
            await stream.ReadExactlyAsync(buffer.Slice(header, length), ct).ConfigureAwait(false);
            error = EncoderFrames.Read(buffer.Span[..(header + length)], out EncoderMessage? message, out _);
            CryptographicOperations.ZeroMemory(buffer.Span);
            if (error == EncoderFrameError.None)
            {
                return message;
            }
        }

        throw new InvalidDataException($"not an encoder frame: {error}");
    }

    /// <summary>Closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        writing.Dispose();
    }
}
