using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>Names one 256-bit chunk of a block's secret key, at both nodes.</summary>
/// <param name="Block">The block.</param>
/// <param name="Index">Index of the chunk in the block's secret key, from 0.</param>
public readonly record struct ChunkReference(BlockId Block, int Index)
{
    /// <summary>Bits of a chunk, the unit in which keys are stored and agreed.</summary>
    public const int Bits = 256;

    /// <summary>Bytes of a chunk.</summary>
    public const int Bytes = Bits / 8;

    /// <summary>Chunks that a key of <paramref name="sizeBits"/> is assembled from; what is left of the last one is destroyed.</summary>
    public static int PerKey(int sizeBits) => (sizeBits + Bits - 1) / Bits;
}
