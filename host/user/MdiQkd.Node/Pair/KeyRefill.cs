using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery.Storage;

namespace MdiQkd.Node.Pair;

/// <summary>
/// How a secret key is split: authentication pads first (PROTOCOL 6.2), then the next root of the sealed channel, and what is
/// left for applications, in whole chunks. A decides on the number of pads and its third tag carries it.
/// </summary>
internal static class KeyRefill
{
    /// <summary>Pads per direction of a refill: a block uses 4, so one lasts for 128 blocks.</summary>
    public const int Pads = 512;

    /// <summary>Pads to take from a key: none while the pool is full enough, else as many as the key has room for.</summary>
    public static int PadsFor(PoolLevel level, long keyBits)
    {
        if (level == PoolLevel.Normal)
        {
            return 0;
        }

        long room = ((keyBits / 8) - KeyPool.RootBytes - ChunkReference.Bytes) / KeyPool.SegmentKeyBytes(0) - 1;
        return (int)Math.Clamp(room, 0, Pads);
    }

    /// <summary>Whether a key has room for so many pads, the root and one chunk.</summary>
    public static bool IsPossible(int pads, long keyBits) =>
        pads is >= 0 and <= Pads && SegmentBytes(pads) + KeyPool.RootBytes + ChunkReference.Bytes <= keyBits / 8;

    /// <summary>Bytes at the head of the key that the pool takes.</summary>
    public static int SegmentBytes(int pads) => pads == 0 ? 0 : KeyPool.SegmentKeyBytes(pads);

    /// <summary>Bytes behind segment and root that are whole chunks.</summary>
    public static int ChunkBytes(int pads, int keyBytes) =>
        (keyBytes - SegmentBytes(pads) - KeyPool.RootBytes) / ChunkReference.Bytes * ChunkReference.Bytes;
}
