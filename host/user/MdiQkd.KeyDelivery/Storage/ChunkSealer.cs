using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// Seals chunks for storage: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, bound to node, peer, block and
/// index, so that a sealed chunk moved to another row does not open. The limit of 2^32 random nonces per key is a
/// terabit of stored key.
/// </summary>
internal sealed class ChunkSealer : IDisposable
{
    /// <summary>Bytes of a sealed chunk: nonce, ciphertext, tag.</summary>
    public const int SealedSize = NonceSize + ChunkReference.Bytes + TagSize;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Pairs store and applications fetch at the same time, and an AesGcm serves one thread at a time.
    private readonly Lock gate = new();
    private readonly AesGcm cipher;
    private readonly byte[] node;

    public ChunkSealer(StorageKey key, string node)
    {
        cipher = new AesGcm(key.Bytes, TagSize);
        this.node = Encoding.UTF8.GetBytes(node + '\0');
    }

    /// <summary>Seals 32 bytes. Any thread.</summary>
    public byte[] Seal(string peer, ChunkReference chunk, ReadOnlySpan<byte> plain)
    {
        byte[] box = new byte[SealedSize];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        byte[] binding = Binding(peer, chunk);
        lock (gate)
        {
            cipher.Encrypt(box.AsSpan(0, NonceSize), plain, box.AsSpan(NonceSize, ChunkReference.Bytes),
                box.AsSpan(NonceSize + ChunkReference.Bytes), binding);
        }

        return box;
    }

    /// <summary>Opens into 32 bytes; false (and zeros) if the box is not what was sealed for this chunk. Any thread.</summary>
    public bool TryOpen(string peer, ChunkReference chunk, ReadOnlySpan<byte> box, Span<byte> plain)
    {
        plain.Clear();
        if (box.Length != SealedSize)
        {
            return false;
        }
        byte[] binding = Binding(peer, chunk);
        try
        {
            lock (gate)
            {
                cipher.Decrypt(box[..NonceSize], box.Slice(NonceSize, ChunkReference.Bytes),
                    box[(NonceSize + ChunkReference.Bytes)..], plain, binding);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => cipher.Dispose();

    private byte[] Binding(string peer, ChunkReference chunk)
    {
        byte[] peerBytes = Encoding.UTF8.GetBytes(peer);
        byte[] binding = new byte[node.Length + peerBytes.Length + BlockId.Size + sizeof(int)];
        node.CopyTo(binding, 0);
        peerBytes.CopyTo(binding, node.Length);
        Span<byte> tail = binding.AsSpan(node.Length + peerBytes.Length);
        chunk.Block.Write(tail);
        BinaryPrimitives.WriteInt32BigEndian(tail[BlockId.Size..], chunk.Index);
        return binding;
    }
}
