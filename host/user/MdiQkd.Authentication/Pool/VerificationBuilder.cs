using MdiQkd.Authentication.Hashing;

namespace MdiQkd.Authentication.Pool;

/// <summary>Checks the tag of a received message against its content.</summary>
public sealed class VerificationBuilder : TagBuilder
{
    private readonly KeyPool pool;
    private readonly PadAddress address;
    private readonly VerificationResult early;
    private bool finished;

    internal VerificationBuilder(KeyPool pool, PadAddress address, VerificationResult early, PolynomialHash? hash)
        : base(hash)
    {
        this.pool = pool;
        this.address = address;
        this.early = early;
    }

    /// <summary>Valid while nothing speaks against the address; otherwise the reason that verification will give.</summary>
    public VerificationResult AddressCheck => early;

    /// <summary>
    /// The verdict. After <see cref="VerificationResult.Valid"/> the offset is used, durably. Ends the builder.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called twice.</exception>
    public VerificationResult Verify(AuthenticationTag tag)
    {
        if (finished)
        {
            throw new InvalidOperationException("A builder verifies one message.");
        }

        finished = true;
        if (!IsOpen)
        {
            return early;
        }

        Span<byte> hash = stackalloc byte[PolynomialHash.Size];
        FinishHash(hash);
        VerificationResult result = pool.Verify(address, hash, tag);
        hash.Clear();
        Dispose();
        return result;
    }
}
