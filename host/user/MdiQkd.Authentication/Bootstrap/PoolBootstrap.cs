using System.Security.Cryptography;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyMaterial;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace MdiQkd.Authentication.Bootstrap;

/// <summary>
/// First pool of a pair from two signed messages instead of a key that an operator carries: ML-KEM-1024 (FIPS 203) under ML-DSA-87
/// (FIPS 204), expanded by SHAKE256. <b>Computational</b>: the pool is marked, and a node takes a marked one only if its configuration says so.
/// <para>Design. A offers a fresh encapsulation key; B encapsulates, writes its pool and answers; A decapsulates and writes its own. Both bind
/// names, number of pads and the whole transcript into the expansion. No network: the messages are files, and may travel over any line.</para>
/// <para>Trade-offs. If signature or KEM is broken before a pad is used, that pad does not protect. What was authenticated before the break
/// stays so: keys distilled by then remain information-theoretically secure. A lost answer costs a new offer.</para>
/// </summary>
public static class PoolBootstrap
{
    /// <summary>Bytes of what A keeps secret between offer and answer: the seed (d, z) of its decapsulation key.</summary>
    public const int SecretBytes = 64;

    private const int SharedBytes = 32;

    /// <summary>A: the offer, and the secret that opens the answer to it.</summary>
    /// <param name="identity">A's signing key.</param>
    /// <param name="node">A.</param>
    /// <param name="peer">B.</param>
    /// <param name="padsPerDirection">As for <see cref="KeyPool.Provision(string, string, string, string, IKeyRandomness, int)"/>.</param>
    /// <param name="randomness">Source of the secret.</param>
    /// <param name="secret"><see cref="SecretBytes"/> bytes, pinned; the caller zeroes them.</param>
    /// <returns>The offer, for B.</returns>
    public static byte[] Offer(
        BootstrapIdentity identity, string node, string peer, int padsPerDirection, IKeyRandomness randomness, out byte[] secret)
    {
        KeyPool.CheckProvision(node, peer, padsPerDirection);
        secret = GC.AllocateUninitializedArray<byte>(SecretBytes, pinned: true);
        randomness.Fill(secret);
        byte[] binding = new byte[BootstrapMessage.BindingBytes];
        randomness.Fill(binding);
        return new BootstrapMessage(
            BootstrapMessage.Offer, node, peer, padsPerDirection, binding, DecapsulationKey(secret).GetPublicKeyEncoded()).Seal(identity);
    }

    /// <summary>B: checks an offer, writes its own pool file and answers.</summary>
    /// <param name="identity">B's signing key.</param>
    /// <param name="node">B.</param>
    /// <param name="peer">A.</param>
    /// <param name="peerKey">A's public signing key.</param>
    /// <param name="offer">The offer.</param>
    /// <param name="poolFile">Pool file to create.</param>
    /// <param name="randomness">Source of the encapsulated secret.</param>
    /// <returns>The answer, for A.</returns>
    /// <exception cref="InvalidDataException">The offer is refused; nothing is written.</exception>
    /// <exception cref="IOException">The pool file exists already or cannot be written.</exception>
    public static byte[] Accept(
        BootstrapIdentity identity, string node, string peer, byte[] peerKey, byte[] offer, string poolFile, IKeyRandomness randomness)
    {
        BootstrapMessage offered = BootstrapMessage.Open(offer, BootstrapMessage.Offer, peer, node, peerKey);
        MLKemEncapsulator kem = new(MLKemParameters.ml_kem_1024);
        byte[] ciphertext = new byte[BootstrapMessage.BodyBytes];
        byte[] shared = GC.AllocateArray<byte>(SharedBytes, pinned: true);
        try
        {
            KeyPool.CheckProvision(node, peer, offered.Pads);
            kem.Init(new ParametersWithRandom(
                MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_1024, offered.Body), new SecureRandom(new RandomnessGenerator(randomness))));
            kem.Encapsulate(ciphertext, 0, ciphertext.Length, shared, 0, shared.Length);
            byte[] answer = new BootstrapMessage(
                BootstrapMessage.Answer, node, peer, offered.Pads, SHA256.HashData(offer), ciphertext).Seal(identity);
            Create(poolFile, node, peer, offered.Pads, shared, offer, answer);
            return answer;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"the offer asks for what cannot be: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    /// <summary>A: checks the answer and writes its own pool file.</summary>
    /// <param name="node">A.</param>
    /// <param name="peer">B.</param>
    /// <param name="peerKey">B's public signing key.</param>
    /// <param name="offer">The offer that A made.</param>
    /// <param name="secret">What <see cref="Offer"/> gave with it; to be destroyed afterwards.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="poolFile">Pool file to create.</param>
    /// <exception cref="InvalidDataException">The answer is refused; nothing is written.</exception>
    /// <exception cref="IOException">The pool file exists already or cannot be written.</exception>
    public static void Finish(
        string node, string peer, byte[] peerKey, byte[] offer, ReadOnlySpan<byte> secret, byte[] answer, string poolFile)
    {
        if (secret.Length != SecretBytes)
        {
            throw new InvalidDataException($"the secret of an offer has {SecretBytes} bytes, not {secret.Length}");
        }

        BootstrapMessage answered = BootstrapMessage.Open(answer, BootstrapMessage.Answer, peer, node, peerKey);
        if (!answered.Binding.AsSpan().SequenceEqual(SHA256.HashData(offer)))
        {
            throw new InvalidDataException("the answer belongs to another offer");
        }

        MLKemDecapsulator kem = new(MLKemParameters.ml_kem_1024);
        byte[] shared = GC.AllocateArray<byte>(SharedBytes, pinned: true);
        try
        {
            kem.Init(DecapsulationKey(secret));
            kem.Decapsulate(answered.Body, 0, answered.Body.Length, shared, 0, shared.Length);
            Create(poolFile, node, peer, answered.Pads, shared, offer, answer);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    private static MLKemPrivateKeyParameters DecapsulationKey(ReadOnlySpan<byte> secret) =>
        MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_1024, secret.ToArray());

    private static void Create(string poolFile, string node, string peer, int pads, byte[] shared, byte[] offer, byte[] answer)
    {
        ShakeDigest shake = new(256);
        foreach (byte[] part in new[] { "mdiqkd pool bootstrap 1"u8.ToArray(), shared, SHA256.HashData(offer), SHA256.HashData(answer) })
        {
            shake.BlockUpdate(part, 0, part.Length);
        }

        byte[] material = GC.AllocateUninitializedArray<byte>(KeyPool.MaterialBytes(pads), pinned: true);
        try
        {
            shake.OutputFinal(material, 0, material.Length);
            KeyPool.CreateComputational(poolFile, node, peer, material, pads);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(material);
        }
    }
}
