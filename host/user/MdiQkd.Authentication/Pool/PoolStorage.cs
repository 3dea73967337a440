namespace MdiQkd.Authentication.Pool;

/// <summary>
/// The bytes of a pool file. A seam of its own so that a test can take a copy between any two writes and reopen it.
/// </summary>
internal abstract class PoolStorage : IDisposable
{
    internal abstract long Length { get; }

    /// <summary>Fills the destination. The range lies within <see cref="Length"/>.</summary>
    internal abstract void Read(long offset, Span<byte> destination);

    /// <summary>Writes, growing the file if need be; not durable before <see cref="Flush"/>.</summary>
    internal abstract void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Returns when all that was written is on the medium.</summary>
    internal abstract void Flush();

    public abstract void Dispose();
}
