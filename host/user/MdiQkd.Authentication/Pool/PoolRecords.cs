using System.Buffers.Binary;
using System.Numerics;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// Key records of a segment: per direction one hash key and N pads, each 16 bytes and a CRC-32C over (segment,
/// direction, index, bytes). A spent record is all zero; that a true one is so has a chance of 2^-160.
/// </summary>
internal static class PoolRecords
{
    internal const int KeyBytes = 16;
    internal const int RecordBytes = KeyBytes + sizeof(uint);

    /// <summary>Index of the hash key in a direction; pads follow from 0.</summary>
    internal const int HashKeyIndex = -1;

    internal static long SegmentBytes(int pads) => 2L * (pads + 1) * RecordBytes;

    internal static long Position(PoolSegment segment, PadDirection direction, int index) =>
        segment.Extent + ((((long)direction * (segment.Pads + 1)) + index + 1) * RecordBytes);

    internal static void Write(Span<byte> record, ReadOnlySpan<byte> key, BlockId id, PadDirection direction, int index)
    {
        key[..KeyBytes].CopyTo(record);
        BinaryPrimitives.WriteUInt32BigEndian(record[KeyBytes..], Checksum(record, id, direction, index));
    }

    internal static bool IsIntact(ReadOnlySpan<byte> record, BlockId id, PadDirection direction, int index) =>
        BinaryPrimitives.ReadUInt32BigEndian(record[KeyBytes..]) == Checksum(record, id, direction, index);

    internal static bool IsSpent(ReadOnlySpan<byte> record) => !record.ContainsAnyExcept((byte)0);

    /// <summary>CRC-32C of any bytes, for the pages of the file.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static uint Checksum(ReadOnlySpan<byte> record, BlockId id, PadDirection direction, int index)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (ulong)id.Value);
        crc = BitOperations.Crc32C(crc, (ulong)(id.Value >> 64));
        crc = BitOperations.Crc32C(crc, ((ulong)direction << 32) | (uint)index);
        crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(record));
        return ~BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(record[sizeof(ulong)..]));
    }
}
