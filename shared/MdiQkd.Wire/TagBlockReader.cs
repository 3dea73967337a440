namespace MdiQkd.Wire;

/// <summary>
/// Unpacks the items of a tag block one by one: the plain reading of the format, against which faster readers are tested.
/// </summary>
public static class TagBlockReader
{
    /// <summary>Unpacks the tags of a payload whose header was decoded.</summary>
    /// <param name="header">Filled by <see cref="TagBlock.Decode"/> from the same payload.</param>
    /// <param name="buffer">Holds the payload.</param>
    /// <param name="offset">Where the payload begins.</param>
    /// <param name="ticks">At least <see cref="TagBlock.TagCount"/>; ascending.</param>
    /// <param name="channels">At least as many.</param>
    /// <returns>None; BadLength if the items do not fill the payload; OutOfRange if steps, counts or end do not fit the header.</returns>
    public static WireError Decode(TagBlock header, byte[] buffer, int offset, long[] ticks, byte[] channels)
    {
        int controls = offset + TagBlock.HeaderBytes;
        int end = controls + header.PackedBytes;
        int at = controls + ((header.ItemCount + 3) / 4);
        int channelBits = header.ChannelBits;
        int stepBits = TagBlock.StepBits(channelBits);
        int pauseChannel = TagBlock.PauseChannel(channelBits);
        long tick = header.FirstTick;
        int tags = 0;
        for (int i = 0; i < header.ItemCount; i++)
        {
            int length = ((buffer[controls + (i >> 2)] >> (2 * (i & 3))) & 3) + 1;
            if (at + length > end)
            {
                return WireError.BadLength;
            }

            uint value = 0;
            for (int b = 0; b < length; b++)
            {
                value |= (uint)buffer[at++] << (8 * b);
            }

            uint step = value >> channelBits;
            int channel = (int)value & pauseChannel;
            bool isPause = channel == pauseChannel;
            if (step >> stepBits != 0 || (i == 0 && (isPause || step != 0)) || (!isPause && tags == header.TagCount))
            {
                return WireError.OutOfRange;
            }

            tick += isPause ? (long)step << stepBits : step;
            if (tick > header.EndTick)
            {
                return WireError.OutOfRange;
            }

            if (!isPause)
            {
                ticks[tags] = tick;
                channels[tags++] = (byte)channel;
            }
        }

        if (at != end || !UnusedBitsAreZero(header.ItemCount, buffer, controls))
        {
            return WireError.BadLength;
        }

        return tags == header.TagCount ? WireError.None : WireError.OutOfRange;
    }

    private static bool UnusedBitsAreZero(int items, byte[] buffer, int controls)
    {
        int used = items & 3;
        return used == 0 || buffer[controls + (items >> 2)] >> (2 * used) == 0;
    }
}
