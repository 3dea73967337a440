using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace MdiQkd.Authentication.Bootstrap;

/// <summary>
/// Signing key of a node for the computational bootstrap of its pools: ML-DSA-87 (FIPS 204). Whoever carries its public half to the peer's
/// site compares <see cref="Fingerprint(byte[])"/> there: on that comparison rests who the peer is.
/// </summary>
public sealed class BootstrapIdentity
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyBytes = 2592;

    /// <summary>Bytes of the seed that a private key is made from.</summary>
    public const int SeedBytes = 32;

    /// <summary>Bytes of a signature.</summary>
    internal const int SignatureBytes = 4627;

    private readonly MLDsaPrivateKeyParameters key;

    private BootstrapIdentity(MLDsaPrivateKeyParameters key) => this.key = key;

    /// <summary>The public half, <see cref="PublicKeyBytes"/> bytes.</summary>
    public byte[] PublicKey => key.GetPublicKeyEncoded();

    /// <summary>The key of a seed.</summary>
    /// <param name="seed"><see cref="SeedBytes"/> secret bytes; the caller keeps and zeroes its own copy.</param>
    /// <exception cref="InvalidDataException">Another length.</exception>
    public static BootstrapIdentity FromSeed(ReadOnlySpan<byte> seed) =>
        seed.Length == SeedBytes
            ? new(MLDsaPrivateKeyParameters.FromSeed(MLDsaParameters.ml_dsa_87, seed.ToArray()))
            : throw new InvalidDataException($"an identity has {SeedBytes} bytes, not {seed.Length}");

    /// <summary>SHA-256 of a public key in groups of four digits, to be compared by people.</summary>
    public static string Fingerprint(byte[] publicKey) =>
        string.Join(' ', Convert.ToHexStringLower(SHA256.HashData(publicKey)).Chunk(4).Select(digits => new string(digits)));

    internal byte[] Sign(byte[] content)
    {
        MLDsaSigner signer = new(MLDsaParameters.ml_dsa_87, deterministic: true);
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(content, 0, content.Length);
        return signer.GenerateSignature();
    }

    internal static bool Verify(byte[] publicKey, byte[] content, byte[] signature)
    {
        MLDsaSigner verifier = new(MLDsaParameters.ml_dsa_87, deterministic: true);
        verifier.Init(forSigning: false, MLDsaPublicKeyParameters.FromEncoding(MLDsaParameters.ml_dsa_87, publicKey));
        verifier.BlockUpdate(content, 0, content.Length);
        return verifier.VerifySignature(signature);
    }
}
