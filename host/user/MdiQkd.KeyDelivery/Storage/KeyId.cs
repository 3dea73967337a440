using System.Buffers.Binary;
using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>Names of keys: the key_ID of ETSI GS QKD 014, derived from public numbers only.</summary>
public static class KeyId
{
    private static ReadOnlySpan<byte> Label => "MdiQkd key_ID v1"u8;

    /// <summary>
    /// The key_ID of chunk <paramref name="index"/> of a block: a version 8 UUID (RFC 9562, section 5.8) from
    /// SHA-256(label, BlockId, index). Never from key bits, so that a key_ID tells nothing about its key.
    /// </summary>
    /// <param name="block">The block that the key was distilled from.</param>
    /// <param name="index">Index of the 256-bit chunk in the block's secret key, from 0.</param>
    public static Guid Derive(BlockId block, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Span<byte> input = stackalloc byte[Label.Length + BlockId.Size + sizeof(int)];
        Label.CopyTo(input);
        block.Write(input[Label.Length..]);
        BinaryPrimitives.WriteInt32BigEndian(input[(Label.Length + BlockId.Size)..], index);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash[..16], bigEndian: true);
    }
}
