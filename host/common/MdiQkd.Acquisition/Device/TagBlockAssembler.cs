using MdiQkd.Wire;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Makes time-tag blocks of a board's blocks. What the board or the link has lost voids its stretch of time by
/// <see cref="TimeTagBlock.LostTags"/>. Allocates nothing, but for blocks that grow.
/// </summary>
/// <remarks>
/// Design: a block of the board may be followed by one whose first tick equals its end tick, a block here is closed at its watermark.
/// So the watermark stays one picosecond below the end, and tags at the end tick itself, usually the one that filled the
/// block, go into the next block. Blocks without loss are joined, so that a consumer is called less often.
/// </remarks>
/// <param name="queue">The board's blocks.</param>
/// <param name="scale">Turns its ticks into time.</param>
internal sealed class TagBlockAssembler(TagBlockQueue queue, TickScale scale)
{
    private readonly TagBlock header = new();
    private readonly TimeTagBlock held = new(TagBlock.ItemsMax + TagBlockDecoder.Slack);
    private long endTick;
    private long watermarkPs = -1;
    private uint unsoundBlocks;

    /// <summary>Tags that are known to be lost so far; a lost block counts as one.</summary>
    public long LostTags { get; private set; }

    /// <summary>Everything that the board reported as lost so far.</summary>
    public TagLoss Losses { get; private set; }

    /// <summary>
    /// Nothing follows. Tags at the end of the last block, whose successor never came, are lost: nobody knows whether they are all.
    /// </summary>
    public void End()
    {
        LostTags += held.Count;
        held.Clear();
    }

    /// <summary>Takes the blocks that wait, as many as belong into one.</summary>
    /// <param name="block">Appended to; it should be empty.</param>
    /// <returns>Whether there was a block.</returns>
    public bool TryFill(TimeTagBlock block)
    {
        bool hasFilled = false;
        while (queue.TryPeek() is { } slot)
        {
            if (!IsSound(slot))
            {
                // A checksum that is right over contents that are not. Its stretch of time is part of the next block's.
                unsoundBlocks += slot.MissingBlocks + 1;
                queue.Release();
                continue;
            }

            uint missing = slot.MissingBlocks + unsoundBlocks;
            bool isVoid = missing > 0 || header.LostTags > 0 || (header.Flags & TagLoss.Void) != 0;
            int room = block.TimesPs.Length - block.Count - held.Count - TagBlockDecoder.Slack;
            if (hasFilled && (isVoid || header.TagCount > room))
            {
                break;
            }

            isVoid |= !TryDecode(slot.Payload.AsSpan(0, slot.PayloadBytes), block, out int undecoded);
            queue.Release();
            if (!hasFilled)
            {
                // A void stretch includes its end: a tag of the next block at that very time lies in a void slot and is dropped.
                DropUpTo(watermarkPs, block);
            }

            unsoundBlocks = 0;
            endTick = header.EndTick;
            Close(block, isVoid, (long)header.LostTags + missing + undecoded);
            hasFilled = watermarkPs >= 0;
            if (isVoid)
            {
                break;
            }
        }

        return hasFilled;
    }

    private bool IsSound(TagBlockQueue.Slot slot) =>
        header.Decode(slot.Payload, 0, slot.PayloadBytes) == WireError.None
        && header.FirstTick >= endTick && header.EndTick <= scale.TickMax;

    private bool TryDecode(ReadOnlySpan<byte> payload, TimeTagBlock block, out int undecoded)
    {
        block.EnsureCapacity(block.Count + held.Count + header.TagCount + TagBlockDecoder.Slack);
        Append(held, 0, block);
        held.Count = 0;
        Span<long> times = block.TimesPs.AsSpan(block.Count);
        if (!TagBlockDecoder.TryDecode(header, payload, times, block.Channels.AsSpan(block.Count)))
        {
            undecoded = Math.Max(1, header.TagCount);
            return false;
        }

        scale.ToPs(times[..header.TagCount]);
        block.Count += header.TagCount;
        undecoded = 0;
        return true;
    }

    /// <summary>Sets the watermark and holds back what is at the end tick.</summary>
    private void Close(TimeTagBlock block, bool isVoid, long lost)
    {
        if (isVoid)
        {
            block.LostTags = Math.Max(1, lost);
            LostTags += block.LostTags;
            Losses |= header.Flags & TagLoss.Void;
        }

        long endPs = scale.ToPs(endTick);
        bool isLast = (header.Flags & TagLoss.EndOfCapture) != 0;
        watermarkPs = Math.Max(watermarkPs, isVoid || isLast ? endPs : endPs - 1);
        block.WatermarkPs = Math.Max(0, watermarkPs);
        int count = block.Count;
        while (count > 0 && block.TimesPs[count - 1] > watermarkPs)
        {
            count--;
        }

        Append(block, count, held);
        block.Count = count;
    }

    private static void Append(TimeTagBlock source, int from, TimeTagBlock target)
    {
        int count = source.Count - from;
        target.EnsureCapacity(target.Count + count);
        source.TimesPs.AsSpan(from, count).CopyTo(target.TimesPs.AsSpan(target.Count));
        source.Channels.AsSpan(from, count).CopyTo(target.Channels.AsSpan(target.Count));
        target.Count += count;
    }

    private static void DropUpTo(long timePs, TimeTagBlock block)
    {
        int drop = 0;
        while (drop < block.Count && block.TimesPs[drop] <= timePs)
        {
            drop++;
        }

        if (drop > 0)
        {
            block.TimesPs.AsSpan(drop, block.Count - drop).CopyTo(block.TimesPs);
            block.Channels.AsSpan(drop, block.Count - drop).CopyTo(block.Channels);
            block.Count -= drop;
        }
    }
}
