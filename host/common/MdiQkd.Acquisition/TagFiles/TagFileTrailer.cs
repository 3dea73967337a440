using System.Buffers.Binary;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>Last bytes of a tag file that was closed: where its index is.</summary>
internal static class TagFileTrailer
{
    /// <summary>Bytes of the trailer.</summary>
    public const int Bytes = 16;

    // "MQTE" in ASCII, read little-endian.
    private const uint Magic = 0x4554_514D;

    public static byte[] ToBytes(long indexOffset)
    {
        byte[] bytes = new byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, indexOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Magic);
        return bytes;
    }

    /// <summary>Offset of the index, or less than 0 if this is no trailer.</summary>
    public static long IndexOffset(ReadOnlySpan<byte> trailer) =>
        BinaryPrimitives.ReadUInt64LittleEndian(trailer[8..]) == (ulong)Magic << 32
            ? BinaryPrimitives.ReadInt64LittleEndian(trailer) : -1;
}
