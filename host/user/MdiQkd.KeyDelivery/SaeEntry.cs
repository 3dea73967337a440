namespace MdiQkd.KeyDelivery;

/// <summary>A registered secure application entity (SAE).</summary>
/// <param name="SaeId">Its identity in URLs and certificates; 1 to 255 bytes of UTF-8 without control characters.</param>
/// <param name="Node">The node whose key management entity serves it.</param>
/// <param name="CertificateSha256">
/// If set, 64 hexadecimal digits: the only certificate (SHA-256 of its DER form) that may act as this SAE. If not, any
/// certificate of the client authority that names it.
/// </param>
public sealed record SaeEntry(string SaeId, string Node, string? CertificateSha256 = null);
