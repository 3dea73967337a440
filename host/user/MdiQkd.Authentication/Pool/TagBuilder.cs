using MdiQkd.Authentication.Hashing;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// Takes the content of one message in pieces, so that the same code writes it for sealing and for verification.
/// How the content is cut into pieces does not matter. Not thread-safe; dispose zeroes the key.
/// </summary>
public abstract class TagBuilder : IDisposable
{
    private PolynomialHash? hash;

    private protected TagBuilder(PolynomialHash? hash) => this.hash = hash;

    private protected bool IsOpen => hash is not null;

    /// <summary>Appends content.</summary>
    public void Append(ReadOnlySpan<byte> content) => hash?.Append(content);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected void FinishHash(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(hash is null, this);
        hash.Finish(destination);
    }

    private protected virtual void Dispose(bool disposing)
    {
        hash?.Dispose();
        hash = null;
    }
}
