using System.Buffers.Binary;

namespace MdiQkd.Acquisition;

/// <summary>
/// One frame of the tag stream, shared/protocol/TAGSTREAM.md: header fields, limits and the header codec.
/// </summary>
/// <param name="Kind">Tags or end of stream.</param>
/// <param name="ChannelBits">Low bits of every value that hold the channel, 0 to 8.</param>
/// <param name="ValueBytes">Bytes of every value, 1 to 4; 0 if each has its own length.</param>
/// <param name="Sequence">Number of the frame in its stream, from 0, modulo 2^32.</param>
/// <param name="Count">Tags in the payload.</param>
/// <param name="FirstPs">Time of the first tag; 0 if there is none.</param>
/// <param name="WatermarkPs">Every tag up to and including this time has been sent.</param>
/// <param name="LostTags">Tags known to be missing since the watermark of the frame before.</param>
/// <param name="PayloadBytes">Bytes after the header.</param>
/// <param name="Checksum">CRC-32C of the header before it and of the payload.</param>
public readonly record struct TagFrame(
    TagFrameKind Kind, int ChannelBits, int ValueBytes, uint Sequence, int Count, long FirstPs, long WatermarkPs, long LostTags,
    int PayloadBytes, uint Checksum)
{
    /// <summary>"MQTS" in ASCII, read little-endian.</summary>
    public const uint Magic = 0x5354_514D;

    /// <summary>Version of the format. Frames of version 1, whose byte 7 was 0, are read as well.</summary>
    public const byte Version = 2;

    /// <summary>Bytes of a header.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Offset of the checksum; what precedes it is checked with the payload.</summary>
    public const int ChecksumOffset = 44;

    /// <summary>Tags in one frame at most.</summary>
    public const int TagsMax = 1 << 16;

    /// <summary>Bytes of the longest payload: one control byte per four tags and four bytes per tag.</summary>
    public const int PayloadBytesMax = (TagsMax / 4) + (4 * TagsMax);

    /// <summary>
    /// Longest step between two tags of a frame: 1.07 ms, so that sums of four steps fit 32 bits, or less if a step and
    /// the channel would not fit 32 bits together. After a longer pause a new frame begins.
    /// </summary>
    public static int StepPsMax(int channelBits) => (1 << Math.Min(30, 32 - channelBits)) - 1;

    /// <summary>Time from the first to the last tag of a frame that a writer makes, 2.1 ms, where times are 32-bit offsets.</summary>
    public const long SpanPsMax = (1L << 31) - 1;

    /// <summary>Latest time, 53 days after power-up: sums within a frame cannot overflow 64 bits.</summary>
    public const long TimePsMax = 1L << 62;

    /// <summary>Reads and checks a header on its own; order and checksum are the decoder's to check.</summary>
    /// <param name="source">At least <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="frame">The header.</param>
    /// <returns><see cref="TimeTagError.None"/> or what is wrong.</returns>
    public static TimeTagError TryRead(ReadOnlySpan<byte> source, out TagFrame frame)
    {
        frame = default;
        if (source.Length < HeaderBytes)
        {
            return TimeTagError.Truncated;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            return TimeTagError.BadMagic;
        }

        if (source[4] is 0 or > Version)
        {
            return TimeTagError.UnknownVersion;
        }

        if (source[5] is not ((byte)TagFrameKind.Tags or (byte)TagFrameKind.End))
        {
            return TimeTagError.UnknownKind;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        uint payloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[40..]);
        if (count > TagsMax || payloadBytes > PayloadBytesMax)
        {
            return TimeTagError.Oversized;
        }

        frame = new TagFrame(
            (TagFrameKind)source[5],
            source[6],
            source[7],
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            (int)count,
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            (int)payloadBytes,
            BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]));
        return (source[4] == Version || source[7] == 0) && frame.IsConsistent() ? TimeTagError.None : TimeTagError.BadHeader;
    }

    /// <summary>Writes the header; the checksum field is written as it is.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = Version;
        destination[5] = (byte)Kind;
        destination[6] = (byte)ChannelBits;
        destination[7] = (byte)ValueBytes;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)Count);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], FirstPs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], WatermarkPs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], LostTags);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], (uint)PayloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], Checksum);
    }

    private bool IsConsistent()
    {
        int controlBytes = (Count + 3) / 4;
        bool payloadFits = ValueBytes == 0
            ? PayloadBytes >= controlBytes + Count && PayloadBytes <= controlBytes + (4 * Count)
            : PayloadBytes == ValueBytes * Count;
        return ChannelBits <= 8
            && ValueBytes <= sizeof(uint)
            && WatermarkPs is >= 0 and <= TimePsMax
            && FirstPs >= 0 && FirstPs <= WatermarkPs
            && (Count > 0 || FirstPs == 0)
            && (Count == 0 || Kind == TagFrameKind.Tags)
            && LostTags >= 0
            && payloadFits;
    }
}
