namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>
/// An authenticated, encrypted channel between the key management entities of two nodes (PROTOCOL section 6, rule 3: an
/// AEAD through the hub). It may lose, repeat, delay and reorder messages; it never alters, invents or discloses one.
/// </summary>
public interface IPeerLink
{
    /// <summary>
    /// Sends a request to the peer's <see cref="KeyAgreement.HandleRequestAsync"/> and yields its reply.
    /// </summary>
    /// <exception cref="PeerUnavailableException">No reply; whether the peer has handled the request is not known.</exception>
    Task<byte[]> RequestAsync(string peerNode, ReadOnlyMemory<byte> message, CancellationToken ct);
}
