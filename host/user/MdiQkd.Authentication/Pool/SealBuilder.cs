using MdiQkd.Authentication.Hashing;

namespace MdiQkd.Authentication.Pool;

/// <summary>Builds the tag of a message to be sent. Disposed without <see cref="Seal"/>, it costs no pad.</summary>
public sealed class SealBuilder : TagBuilder
{
    private readonly KeyPool pool;
    private readonly PoolSegment? segment;
    private readonly SealRefusal refusal;
    private bool finished;

    internal SealBuilder(KeyPool pool, PoolSegment segment, PolynomialHash hash)
        : base(hash)
    {
        this.pool = pool;
        this.segment = segment;
    }

    internal SealBuilder(KeyPool pool, SealRefusal refusal)
        : base(null)
    {
        this.pool = pool;
        this.refusal = refusal;
    }

    /// <summary>Known at the start already: other than None, and sealing will refuse for this reason.</summary>
    public SealRefusal Refusal => refusal;

    /// <summary>
    /// Spends a pad: the pool's cursor has passed it durably when this returns. Ends the builder.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called twice.</exception>
    public SealResult Seal()
    {
        if (finished)
        {
            throw new InvalidOperationException("A builder seals one message.");
        }

        if (segment is null)
        {
            finished = true;
            return new SealResult(refusal);
        }

        Span<byte> hash = stackalloc byte[PolynomialHash.Size];
        FinishHash(hash);
        finished = true;
        SealResult result = pool.Seal(segment, hash);
        hash.Clear();
        Dispose();
        return result;
    }

    private protected override void Dispose(bool disposing)
    {
        if (segment is not null && !finished)
        {
            finished = true;
            pool.Abandon(segment);
        }

        base.Dispose(disposing);
    }
}
