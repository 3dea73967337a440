using System.Buffers.Binary;
using System.Text;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>Header of a tag file, shared/protocol/TAGFILE.md.</summary>
/// <param name="Created">When the recording began; null = unknown.</param>
/// <param name="Text">What was recorded, for people; at most <see cref="TextBytesMax"/> bytes of UTF-8.</param>
public sealed record TagFileHeader(DateTimeOffset? Created, string Text)
{
    /// <summary>"MQTF" in ASCII, read little-endian.</summary>
    public const uint Magic = 0x4654_514D;

    /// <summary>Version of the format.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the text.</summary>
    public const int FixedBytes = 24;

    /// <summary>Longest text, bytes.</summary>
    public const int TextBytesMax = 4096;

    private const int ChecksumOffset = 20;

    /// <summary>The header as bytes.</summary>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public byte[] ToBytes()
    {
        byte[] text = Encoding.UTF8.GetBytes(Text);
        if (text.Length > TextBytesMax)
        {
            throw new ArgumentException($"A tag file holds a text of {TextBytesMax} bytes at most, not {text.Length}.");
        }

        byte[] bytes = [.. new byte[FixedBytes], .. text];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[4] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Created?.ToUnixTimeMilliseconds() ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes));
        return bytes;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="source">The start of the file.</param>
    /// <param name="header">The header, if there is no error.</param>
    /// <param name="bytes">Its length.</param>
    /// <returns><see cref="TimeTagError.None"/>, or what is wrong; Truncated if <paramref name="source"/> is too short to tell.</returns>
    public static TimeTagError TryRead(ReadOnlySpan<byte> source, out TagFileHeader? header, out int bytes)
    {
        (header, bytes) = (null, 0);
        if (source.Length < FixedBytes)
        {
            return TimeTagError.Truncated;
        }

        int textBytes = BinaryPrimitives.ReadInt32LittleEndian(source[16..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic || textBytes is < 0 or > TextBytesMax)
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic ? TimeTagError.BadMagic : TimeTagError.Oversized;
        }

        bytes = FixedBytes + textBytes;
        if (source.Length < bytes)
        {
            return TimeTagError.Truncated;
        }

        if (Checksum(source[..bytes]) != BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]))
        {
            return TimeTagError.BadChecksum;
        }

        long createdMs = BinaryPrimitives.ReadInt64LittleEndian(source[8..]);
        if (source[4] != Version)
        {
            return TimeTagError.UnknownVersion;
        }

        if (source[5] != 0 || source[6] != 0 || source[7] != 0 || createdMs < 0
            || createdMs > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return TimeTagError.BadHeader;
        }

        header = new TagFileHeader(
            createdMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(createdMs),
            Encoding.UTF8.GetString(source[FixedBytes..bytes]));
        return TimeTagError.None;
    }

    private static uint Checksum(ReadOnlySpan<byte> header)
    {
        uint register = Crc32C.Update(Crc32C.Initial, header[..ChecksumOffset]);
        return ~Crc32C.Update(register, header[FixedBytes..]);
    }
}
