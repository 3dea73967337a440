using MdiQkd.KeyDelivery.Storage;

namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>Outcome of <see cref="KeyAgreement.Fetch"/>; the receiver disposes the keys.</summary>
/// <param name="Status">What happened.</param>
/// <param name="Keys">The keys in the order of the request if fetched, else empty.</param>
public sealed record FetchResult(FetchStatus Status, IReadOnlyList<DeliveredKey> Keys) : IDisposable
{
    /// <summary>Erases the keys.</summary>
    public void Dispose()
    {
        foreach (DeliveredKey key in Keys)
        {
            key.Dispose();
        }
    }
}
