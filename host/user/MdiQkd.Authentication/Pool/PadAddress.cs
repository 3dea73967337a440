using System.Buffers.Binary;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// Where the one-time pad of a tag lies in the pool of a pair; public, carried beside the tag (PROTOCOL.md 6.1).
/// </summary>
/// <param name="Segment">The segment: the block that it was distilled from, or the random id of the provisioning.</param>
/// <param name="Direction">Which way the message travels.</param>
/// <param name="Offset">Index of the pad in that segment and direction, from 0.</param>
public readonly record struct PadAddress(BlockId Segment, PadDirection Direction, int Offset)
{
    /// <summary>Bytes on a wire: 16 segment, 1 direction, 4 offset (big-endian).</summary>
    public const int Size = BlockId.Size + 1 + sizeof(int);

    /// <summary>Reads an address; false for a wrong length, an unknown direction or a negative offset.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out PadAddress address)
    {
        address = default;
        if (source.Length != Size || source[BlockId.Size] > (byte)PadDirection.HigherToLower)
        {
            return false;
        }

        int offset = BinaryPrimitives.ReadInt32BigEndian(source[(BlockId.Size + 1)..]);
        address = new PadAddress(BlockId.Read(source), (PadDirection)source[BlockId.Size], offset);
        return offset >= 0;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        Segment.Write(destination);
        destination[BlockId.Size] = (byte)Direction;
        BinaryPrimitives.WriteInt32BigEndian(destination[(BlockId.Size + 1)..], Offset);
    }
}
