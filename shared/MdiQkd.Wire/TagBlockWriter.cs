using System;

namespace MdiQkd.Wire;

/// <summary>
/// Packs tags one by one into a tag block, for taggers that are read tag by tag. Allocates nothing after construction. A front end
/// packs its blocks itself and needs no such writer.
/// </summary>
public sealed class TagBlockWriter
{
    private readonly TagBlock header = new TagBlock();
    private readonly int itemsMax;
    private readonly int controlBytesMax;
    private readonly int stepBits;
    private readonly int pauseChannel;
    private byte[] buffer;
    private int controls;
    private int values;
    private long lastTick;

    /// <summary>Makes a writer.</summary>
    /// <param name="channelBits">2 to 8; channels are below 2^this - 1.</param>
    /// <param name="itemsMax">Items per block, 2 to <see cref="TagBlock.ItemsMax"/>.</param>
    public TagBlockWriter(int channelBits, int itemsMax)
    {
        if (channelBits < 2 || channelBits > 8 || itemsMax < 2 || itemsMax > TagBlock.ItemsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(itemsMax));
        }

        this.itemsMax = itemsMax;
        controlBytesMax = (itemsMax + 3) / 4;
        stepBits = TagBlock.StepBits(channelBits);
        pauseChannel = TagBlock.PauseChannel(channelBits);
        header.ChannelBits = channelBits;
    }

    /// <summary>Tags in the block so far.</summary>
    public int TagCount => header.TagCount;

    /// <summary>Tick of the last tag in the block; 0 before the first.</summary>
    public long LastTick => lastTick;

    /// <summary>Begins a block.</summary>
    /// <param name="destination">Payload goes here; lent until <see cref="Finish"/>.</param>
    /// <param name="offset">Where it begins; <see cref="TagBlock.PayloadBytesMax"/> bytes must follow.</param>
    /// <param name="number">Number of the block.</param>
    /// <param name="captureId">Capture that it belongs to.</param>
    public void Begin(byte[] destination, int offset, uint number, int captureId)
    {
        if (offset < 0 || offset + TagBlock.PayloadBytesMax(itemsMax) > destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        buffer = destination;
        controls = offset + TagBlock.HeaderBytes;
        values = controls + controlBytesMax;
        Array.Clear(destination, controls, controlBytesMax);
        header.Number = number;
        header.CaptureId = captureId;
        header.ItemCount = 0;
        header.TagCount = 0;
        lastTick = 0;
    }

    /// <summary>Appends a tag.</summary>
    /// <param name="tick">Not below the tag before; 0 to <see cref="TagBlock.TickMax"/>.</param>
    /// <param name="channel">0 to 2^channelBits - 2.</param>
    /// <returns>False if the block is full: finish it and add the tag to the next.</returns>
    public bool TryAdd(long tick, int channel)
    {
        if (tick < lastTick || tick > TagBlock.TickMax || channel < 0 || channel >= pauseChannel)
        {
            throw new ArgumentOutOfRangeException(nameof(tick));
        }

        if (header.TagCount == 0)
        {
            header.FirstTick = tick;
            lastTick = tick;
        }

        // A pause longer than all units that one item can count closes the block: the next one has a first tick of its own.
        long step = tick - lastTick;
        long pauseUnits = step >> stepBits;
        if (pauseUnits >> stepBits != 0 || header.ItemCount + (pauseUnits == 0 ? 1 : 2) > itemsMax)
        {
            return false;
        }

        if (pauseUnits != 0)
        {
            Append(((uint)pauseUnits << header.ChannelBits) | (uint)pauseChannel);
        }

        Append(((uint)(step & ((1L << stepBits) - 1)) << header.ChannelBits) | (uint)channel);
        header.TagCount++;
        lastTick = tick;
        return true;
    }

    /// <summary>Completes the block.</summary>
    /// <param name="endTick">Not below the last tag.</param>
    /// <param name="lostTags">Tags missing since the block before; more than 2^32 - 1 are written as that.</param>
    /// <param name="flags">What happened.</param>
    /// <param name="fifoHighWater">Highest fill of the FIFO since the block before.</param>
    /// <returns>Bytes of the payload.</returns>
    public int Finish(long endTick, long lostTags, TagLoss flags, int fifoHighWater)
    {
        if (endTick < lastTick || endTick > TagBlock.TickMax || lostTags < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(endTick));
        }

        int controlBytes = (header.ItemCount + 3) / 4;
        int firstValue = controls + controlBytesMax;
        int valueBytes = values - firstValue;
        if (controlBytes < controlBytesMax && valueBytes > 0)
        {
            Array.Copy(buffer, firstValue, buffer, controls + controlBytes, valueBytes);
        }

        if (header.TagCount == 0)
        {
            header.FirstTick = endTick;
        }

        bool isCapped = lostTags > uint.MaxValue;
        header.EndTick = endTick;
        header.LostTags = isCapped ? uint.MaxValue : (uint)lostTags;
        header.Flags = isCapped ? flags | TagLoss.LostCountIsLowerBound : flags;
        header.FifoHighWater = fifoHighWater > 0xFFFF ? 0xFFFF : fifoHighWater;
        header.PackedBytes = controlBytes + valueBytes;
        header.Encode(buffer, controls - TagBlock.HeaderBytes);
        buffer = null;
        return TagBlock.HeaderBytes + header.PackedBytes;
    }

    private void Append(uint value)
    {
        int item = header.ItemCount++;
        byte[] target = buffer;
        int at = values;
        int lengthLess1 = 0;
        target[at++] = (byte)value;
        while ((value >>= 8) != 0)
        {
            target[at++] = (byte)value;
            lengthLess1++;
        }

        values = at;
        int control = controls + (item >> 2);
        target[control] = (byte)(target[control] | (lengthLess1 << (2 * (item & 3))));
    }
}
