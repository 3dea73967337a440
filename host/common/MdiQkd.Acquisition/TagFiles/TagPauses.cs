namespace MdiQkd.Acquisition.TagFiles;

/// <summary>
/// Pauses in a payload of tags. A step that does not fit is split into a pause of high × 2^s and a step below 2^s; in the payload the pause
/// is an item with step high. So payloads with and without pauses go through one codec, and only blocks that have pauses pay for them.
/// </summary>
internal static class TagPauses
{
    /// <summary>Bits of a step.</summary>
    public static int StepBits(int channelBits) => Math.Min(30, 32 - channelBits);

    /// <summary>Longest step with a pause before it.</summary>
    public static long StepPsMax(int channelBits) => (1L << (2 * StepBits(channelBits))) - 1;

    /// <summary>Writes tags as items whose differences are the steps of the items.</summary>
    /// <param name="timesPs">Ascending times; steps up to <see cref="StepPsMax"/>.</param>
    /// <param name="channels">Below 2^<paramref name="channelBits"/> − 1.</param>
    /// <param name="channelBits">1 to 8.</param>
    /// <param name="itemTimes">At least twice as many.</param>
    /// <param name="itemChannels">At least twice as many.</param>
    /// <returns>Items.</returns>
    public static int Insert(
        ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, int channelBits, Span<long> itemTimes, Span<byte> itemChannels)
    {
        int stepBits = StepBits(channelBits);
        byte pause = (byte)((1 << channelBits) - 1);
        long previousPs = timesPs[0];
        long itemTime = previousPs;
        int items = 0;
        for (int i = 0; i < timesPs.Length; i++)
        {
            long step = timesPs[i] - previousPs;
            previousPs = timesPs[i];
            long high = step >> stepBits;
            if (high > 0)
            {
                itemTime += high;
                itemTimes[items] = itemTime;
                itemChannels[items++] = pause;
            }

            itemTime += step - (high << stepBits);
            itemTimes[items] = itemTime;
            itemChannels[items++] = channels[i];
        }

        return items;
    }

    /// <summary>Turns items back into tags, in place.</summary>
    /// <param name="times">Times of the items, as decoded.</param>
    /// <param name="channels">Their channels.</param>
    /// <param name="channelBits">0 to 8.</param>
    /// <param name="watermarkPs">Times above it are refused.</param>
    /// <returns>Tags, or less than 0 if the items cannot be.</returns>
    public static int Remove(Span<long> times, Span<byte> channels, int channelBits, long watermarkPs)
    {
        int stepBits = StepBits(channelBits);
        byte pause = (byte)((1 << channelBits) - 1);
        long previous = times[0];
        long timePs = previous;
        int tags = 0;
        if (channels[0] == pause)
        {
            return -1;
        }

        for (int i = 0; i < times.Length; i++)
        {
            long step = times[i] - previous;
            previous = times[i];
            bool isPause = channels[i] == pause;
            timePs += isPause ? step << stepBits : step;
            if (timePs > watermarkPs)
            {
                return -1;
            }

            if (!isPause)
            {
                times[tags] = timePs;
                channels[tags++] = channels[i];
            }
        }

        return tags;
    }
}
