using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Simulation;

/// <summary>
/// NO REAL KEYS: the seeded twin of the key randomness, for repeatable simulations. Whoever knows the seed knows every key. Lives under
/// host/sim only, so that no production binary can contain it.
/// </summary>
public sealed class SeededKeyRandomness : IKeyRandomness, IDisposable
{
    private readonly Aes aes = Aes.Create();
    private readonly Lock gate = new();
    private ulong calls;

    /// <summary>Stream of one node and one purpose: HKDF-SHA256 of the seed, then AES-256 in counter mode per call.</summary>
    /// <param name="seed">Seed of the run, any length above zero.</param>
    /// <param name="node">Node name.</param>
    /// <param name="purpose">What the bits are for; two purposes are independent.</param>
    public SeededKeyRandomness(ReadOnlySpan<byte> seed, string node, string purpose)
    {
        byte[] key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, seed.ToArray(), 32, info: Encoding.UTF8.GetBytes($"no real keys\0{node}\0{purpose}"));
        aes.SetKey(key);
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        const int BlockSize = 16;
        byte[] blocks = new byte[(destination.Length + BlockSize - 1) / BlockSize * BlockSize];
        lock (gate)
        {
            for (int i = 0; i < blocks.Length; i += BlockSize)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(blocks.AsSpan(i), calls);
                BinaryPrimitives.WriteInt32LittleEndian(blocks.AsSpan(i + 8), i);
            }

            calls++;
            aes.EncryptEcb(blocks, blocks, PaddingMode.None);
        }

        blocks.AsSpan(0, destination.Length).CopyTo(destination);
    }

    /// <summary>Releases the cipher.</summary>
    public void Dispose() => aes.Dispose();
}
