using System.Buffers.Binary;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>Header of a block of a tag file, shared/protocol/TAGFILE.md: fields, limits and codec.</summary>
/// <param name="Kind">Tags or index; others are skipped.</param>
/// <param name="ChannelBits">Low bits of every value that hold the channel, 0 to 8.</param>
/// <param name="Number">Number of the block among those of tags, from 0, modulo 2^32; in the index their number.</param>
/// <param name="PayloadBytes">Bytes after the header.</param>
/// <param name="Items">Tags and pauses in the payload; entries of the index.</param>
/// <param name="Tags">Tags in the payload; stride of the index.</param>
/// <param name="FromPs">First time that the block covers.</param>
/// <param name="FirstPs">Time of the first tag; 0 without tags.</param>
/// <param name="WatermarkPs">Last time that the block covers.</param>
/// <param name="LostTags">Tags known to be missing in this stretch; in the index, in the whole file.</param>
/// <param name="TagsBefore">Tags in all blocks before; in the index, in the whole file.</param>
/// <param name="PayloadChecksum">CRC-32C of the payload.</param>
public readonly record struct TagFileBlock(
    TagFileBlockKind Kind, int ChannelBits, uint Number, int PayloadBytes, int Items, int Tags, long FromPs, long FirstPs,
    long WatermarkPs, long LostTags, long TagsBefore, uint PayloadChecksum)
{
    /// <summary>"MQTB" in ASCII, read little-endian.</summary>
    public const uint Magic = 0x4254_514D;

    /// <summary>Bytes of a header.</summary>
    public const int HeaderBytes = 72;

    /// <summary>Longest payload of any kind, also of kinds to come.</summary>
    public const int PayloadBytesMax = 1 << 21;

    private const int ChecksumOffset = 68;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="source">At least <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="block">The header; of a block of unknown kind only <see cref="PayloadBytes"/> means anything.</param>
    /// <returns>Whether magic, checksum and, for a known kind, all fields are right.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out TagFileBlock block)
    {
        block = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic
            || Crc32C.Compute(source[..ChecksumOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]))
        {
            return false;
        }

        block = new TagFileBlock(
            (TagFileBlockKind)source[4],
            source[5],
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[56..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[64..]));
        return block.PayloadBytes is >= 0 and <= PayloadBytesMax && block.Kind switch
        {
            TagFileBlockKind.Tags => source[6] == 0 && source[7] == 0 && block.IsSoundStretch(),
            TagFileBlockKind.Index => block.Items is >= 0 and <= TagFileIndex.EntriesMax && block.Tags > 0
                && block.PayloadBytes == block.Items * TagFileIndex.EntryBytes && block.HasSoundTotals(),
            _ => true,
        };
    }

    /// <summary>Writes the header with its checksum.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = (byte)Kind;
        destination[5] = (byte)ChannelBits;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], PayloadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], Items);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], Tags);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], FromPs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], FirstPs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], WatermarkPs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], LostTags);
        BinaryPrimitives.WriteInt64LittleEndian(destination[56..], TagsBefore);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], Crc32C.Compute(destination[..ChecksumOffset]));
    }

    /// <summary>Checks and decodes the payload of a block of tags.</summary>
    /// <param name="payload">The payload and nothing else.</param>
    /// <param name="target">Overwritten; empty if the payload is refused.</param>
    /// <returns><see cref="TimeTagError.None"/>, BadChecksum or BadPayload.</returns>
    public TimeTagError TryDecode(ReadOnlySpan<byte> payload, TimeTagBlock target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Clear();
        if (payload.Length != PayloadBytes || Crc32C.Compute(payload) != PayloadChecksum)
        {
            return TimeTagError.BadChecksum;
        }

        target.EnsureCapacity(Items);
        Span<long> timesPs = target.TimesPs.AsSpan(0, Items);
        Span<byte> channels = target.Channels.AsSpan(0, Items);
        if (!TagPayload.TryDecode(payload, Items, FirstPs, ChannelBits, timesPs, channels)
            || (Items > Tags && TagPauses.Remove(timesPs, channels, ChannelBits, WatermarkPs) != Tags)
            || (Tags > 0 && (target.TimesPs[0] != FirstPs || target.TimesPs[Tags - 1] > WatermarkPs)))
        {
            return TimeTagError.BadPayload;
        }

        target.Count = Tags;
        target.WatermarkPs = Math.Max(0, WatermarkPs);
        target.LostTags = LostTags;
        return TimeTagError.None;
    }

    private bool IsSoundStretch()
    {
        int controlBytes = (Items + 3) / 4;
        return ChannelBits <= 8
            && Items is >= 0 and <= TagFrame.TagsMax && Tags >= Math.Min(1, Items) && Tags <= Items
            && PayloadBytes >= controlBytes + Items && PayloadBytes <= controlBytes + (4 * Items)
            && FromPs >= 0 && WatermarkPs >= FromPs - 1
            && (Tags == 0 ? FirstPs == 0 : FirstPs >= FromPs && FirstPs <= WatermarkPs)
            && HasSoundTotals();
    }

    private bool HasSoundTotals() => WatermarkPs is >= -1 and <= TagFrame.TimePsMax && LostTags >= 0 && TagsBefore >= 0;
}
