using MdiQkd.Authentication.Pool;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>
/// A pool file in memory that knows what a crash would leave: what was flushed, what was written since, and, through
/// <see cref="Crashed"/>, the images at every write (before, half done, done) and every flush.
/// </summary>
internal sealed class RecordingStorage : PoolStorage
{
    private byte[] current = [];
    private byte[] durable = [];

    internal RecordingStorage()
    {
    }

    internal RecordingStorage(byte[] image)
    {
        current = (byte[])image.Clone();
        durable = (byte[])image.Clone();
    }

    /// <summary>Called with each image that a crash at this moment could leave.</summary>
    internal Action<byte[]>? Crashed { get; set; }

    internal bool WritesFail { get; set; }

    internal byte[] Image => (byte[])current.Clone();

    internal override long Length => current.Length;

    internal override void Read(long offset, Span<byte> destination) =>
        current.AsSpan((int)offset, destination.Length).CopyTo(destination);

    internal override void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (WritesFail)
        {
            throw new IOException("No space left on device.");
        }

        Crashed?.Invoke(Image);
        if (current.Length < offset + source.Length)
        {
            Array.Resize(ref current, (int)offset + source.Length);
        }

        int half = source.Length / 2;
        source[..half].CopyTo(current.AsSpan((int)offset));
        Crashed?.Invoke(Image);
        source[half..].CopyTo(current.AsSpan((int)offset + half));
        Crashed?.Invoke(Image);
        Crashed?.Invoke((byte[])durable.Clone());
    }

    internal override void Flush()
    {
        durable = Image;
        Crashed?.Invoke(Image);
    }

    public override void Dispose()
    {
    }
}
