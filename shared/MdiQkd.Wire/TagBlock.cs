namespace MdiQkd.Wire;

/// <summary>
/// Tag block: header of 40 bytes, then packed items. The packing is that of the tag stream (shared/protocol/TAGSTREAM.md: one
/// control byte per four items, all control bytes before all value bytes), so that a host unpacks four items with one shuffle. An
/// item is a tag, step to the item before above the channel, or, in the highest channel, a pause of whole units without a tag.
/// One instance holds the header fields and is refilled.
/// </summary>
public sealed class TagBlock
{
    /// <summary>Bytes before the packed items.</summary>
    public const int HeaderBytes = 40;

    /// <summary>Items in one block at most: with headers 16,384 bytes, the longest SPI transfer of an ESP32.</summary>
    public const int ItemsMax = 3840;

    /// <summary>The one packing of this version.</summary>
    public const int Packing = 1;

    /// <summary>Latest tick: sums within a block cannot overflow 64 bits.</summary>
    public const long TickMax = 1L << 62;

    /// <summary>Number of the block in its capture, from 0.</summary>
    public uint Number { get; set; }

    /// <summary>Capture that the block belongs to.</summary>
    public int CaptureId { get; set; }

    /// <summary>What was lost, and whether this is the last block.</summary>
    public TagLoss Flags { get; set; }

    /// <summary>Tick of the first tag; <see cref="EndTick"/> if there is none.</summary>
    public long FirstTick { get; set; }

    /// <summary>Every tag up to and including this tick is in this block or one before, or lost and counted.</summary>
    public long EndTick { get; set; }

    /// <summary>Items: tags and pauses.</summary>
    public int ItemCount { get; set; }

    /// <summary>Tags among the items.</summary>
    public int TagCount { get; set; }

    /// <summary>Tags that are missing since the end of the block before.</summary>
    public uint LostTags { get; set; }

    /// <summary>Highest fill of the tagger's FIFO since the block before, in tags; 65,535 = that or more.</summary>
    public int FifoHighWater { get; set; }

    /// <summary>Low bits of a value that hold the channel, 2 to 8.</summary>
    public int ChannelBits { get; set; }

    /// <summary>Bytes of packed items after the header.</summary>
    public int PackedBytes { get; set; }

    /// <summary>Channel number that stands for a pause: all ones, so that no tag has it.</summary>
    public static int PauseChannel(int channelBits) => (1 << channelBits) - 1;

    /// <summary>
    /// Bits of a step at most: steps of a tag are below 2^this, and a pause counts units of 2^this ticks. 30 at most, so that the
    /// sum of four steps fits 32 bits.
    /// </summary>
    public static int StepBits(int channelBits) => channelBits > 2 ? 32 - channelBits : 30;

    /// <summary>Bytes of the longest payload with that many items.</summary>
    public static int PayloadBytesMax(int items) => HeaderBytes + ((items + 3) / 4) + (4 * items);

    /// <summary>Writes the header.</summary>
    /// <returns><see cref="HeaderBytes"/>.</returns>
    public int Encode(byte[] buffer, int offset)
    {
        LittleEndian.PutUInt32(buffer, offset, Number);
        LittleEndian.PutUInt16(buffer, offset + 4, CaptureId);
        LittleEndian.PutUInt16(buffer, offset + 6, (int)Flags);
        LittleEndian.PutInt64(buffer, offset + 8, FirstTick);
        LittleEndian.PutInt64(buffer, offset + 16, EndTick);
        LittleEndian.PutUInt16(buffer, offset + 24, ItemCount);
        LittleEndian.PutUInt16(buffer, offset + 26, TagCount);
        LittleEndian.PutUInt32(buffer, offset + 28, LostTags);
        LittleEndian.PutUInt16(buffer, offset + 32, FifoHighWater);
        buffer[offset + 34] = (byte)ChannelBits;
        buffer[offset + 35] = Packing;
        LittleEndian.PutInt32(buffer, offset + 36, PackedBytes);
        return HeaderBytes;
    }

    /// <summary>Reads and checks the header of a payload.</summary>
    /// <param name="buffer">Holds the payload.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="count">Its length, which must be that of header and packed items.</param>
    /// <returns>None, BadLength or OutOfRange.</returns>
    public WireError Decode(byte[] buffer, int offset, int count)
    {
        if (count < HeaderBytes)
        {
            return WireError.BadLength;
        }

        Number = LittleEndian.GetUInt32(buffer, offset);
        CaptureId = LittleEndian.GetUInt16(buffer, offset + 4);
        Flags = (TagLoss)LittleEndian.GetUInt16(buffer, offset + 6);
        FirstTick = LittleEndian.GetInt64(buffer, offset + 8);
        EndTick = LittleEndian.GetInt64(buffer, offset + 16);
        ItemCount = LittleEndian.GetUInt16(buffer, offset + 24);
        TagCount = LittleEndian.GetUInt16(buffer, offset + 26);
        LostTags = LittleEndian.GetUInt32(buffer, offset + 28);
        FifoHighWater = LittleEndian.GetUInt16(buffer, offset + 32);
        ChannelBits = buffer[offset + 34];
        PackedBytes = LittleEndian.GetInt32(buffer, offset + 36);
        if (PackedBytes != count - HeaderBytes)
        {
            return WireError.BadLength;
        }

        int controlBytes = (ItemCount + 3) / 4;
        bool isSound = buffer[offset + 35] == Packing
            && (Flags & ~TagLoss.Known) == 0
            && ChannelBits >= 2 && ChannelBits <= 8
            && FirstTick >= 0 && FirstTick <= EndTick && EndTick <= TickMax
            && ItemCount <= ItemsMax && TagCount <= ItemCount
            && (TagCount > 0 || (ItemCount == 0 && FirstTick == EndTick))
            && PackedBytes >= controlBytes + ItemCount && PackedBytes <= controlBytes + (4 * ItemCount);
        return isSound ? WireError.None : WireError.OutOfRange;
    }
}
