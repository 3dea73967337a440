using System.Buffers.Binary;
using System.Numerics;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// The front end of firmware/FRONT-END.md at the level of its SPI commands: packs tags into blocks, keeps some in a FIFO, counts what
/// does not fit.
/// </summary>
public sealed class FrontEndChip : ISpiChip
{
    private const int ShortBytes = 24;

    private readonly Queue<Block> blocks = new();
    private readonly Stack<byte[]> spare = new();
    private readonly int itemsMax;
    private readonly uint tickFs;
    private TagBlockWriter writer;
    private byte[]? open;
    private int items;
    private long flushTicks;
    private long openedTick;
    private long endTick;
    private long closedTick;
    private long lost;
    private TagLoss loss;
    private int channelMask;
    private int captureId;
    private uint nextNumber;
    private bool isRunning;

    /// <summary>Makes a front end after power-up.</summary>
    /// <param name="channelBits">Low bits of an item that hold the channel.</param>
    /// <param name="itemsMax">Items per block at most.</param>
    /// <param name="capacity">Blocks that the FIFO holds.</param>
    /// <param name="tickFs">Tick period in femtoseconds.</param>
    public FrontEndChip(int channelBits = 3, int itemsMax = TagBlock.ItemsMax, int capacity = 8, uint tickFs = 1000)
    {
        ChannelBits = channelBits;
        this.itemsMax = itemsMax;
        Capacity = capacity;
        this.tickFs = tickFs;
        writer = new TagBlockWriter(channelBits, itemsMax);
    }

    /// <summary>Low bits of an item that hold the channel.</summary>
    public int ChannelBits { get; }

    /// <summary>High while a block waits.</summary>
    public SignalLine BlockReady { get; } = new();

    /// <summary>Blocks that the FIFO holds.</summary>
    public int Capacity { get; }

    /// <summary>Blocks that wait to be read.</summary>
    public int WaitingBlocks => blocks.Count;

    /// <summary>Called when a capture has begun, and when blocks were read: tags may come.</summary>
    public event Action? HasRoom;

    /// <summary>Whether a capture runs.</summary>
    public bool IsRunning => isRunning;

    /// <summary>Whether the reference clock is there; without it a capture ends.</summary>
    public bool IsReferencePresent { get; private set; } = true;

    /// <summary>Tags that did not fit, since power-up.</summary>
    public long Overflows { get; private set; }

    /// <summary>Fault of the data line.</summary>
    public MisoFault Miso { get; set; }

    /// <summary>Block prefixes to be damaged, counted down to 0.</summary>
    public int DamagedPrefixes { get; set; }

    /// <summary>Commands with payload that arrive damaged and are ignored, counted down to 0.</summary>
    public int IgnoredCommands { get; set; }

    /// <summary>Changes the reference clock.</summary>
    public void SetReference(bool isPresent)
    {
        IsReferencePresent = isPresent;
        if (!isPresent && isRunning)
        {
            loss |= TagLoss.ReferenceMissing | TagLoss.LostCountIsLowerBound;
            Stop();
        }
    }

    /// <summary>A pulse at an input; ticks ascend.</summary>
    public void AddTag(long tick, int channel)
    {
        if (!isRunning || (channelMask & (1 << channel)) == 0)
        {
            return;
        }

        if (open is null && !TryOpen(tick))
        {
            Lose(tick);
            return;
        }

        if (items == writer.TagCount || !writer.TryAdd(tick, channel))
        {
            Close(Math.Max(endTick, writer.LastTick), TagLoss.None);
            if (!TryOpen(tick) || !writer.TryAdd(tick, channel))
            {
                Lose(tick);
            }
        }

        endTick = Math.Max(endTick, tick);
    }

    /// <summary>Time passes: every pulse up to and including <paramref name="tick"/> has been added.</summary>
    public void AdvanceTo(long tick)
    {
        if (!isRunning)
        {
            return;
        }

        endTick = Math.Max(endTick, tick);
        if (open is null)
        {
            TryOpen(tick);
        }

        if (open is not null && endTick - openedTick >= flushTicks)
        {
            Close(endTick, TagLoss.None);
        }
    }

    /// <summary>Closes the open block, if it tells anything, without waiting for it to fill or to become due.</summary>
    public void Flush()
    {
        bool isDue = isRunning && (endTick > closedTick || (open is not null && writer.TagCount > 0));
        if (isDue && (open is not null || TryOpen(endTick)))
        {
            Close(endTick, TagLoss.None);
        }
    }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        miso.Clear();
        switch (mosi[0])
        {
            case 0x9F:
                Identify(miso);
                break;
            case 0x0B:
                ReadBlock(miso);
                break;
            case 0x01 or 0x02 or 0x05 or 0x0C:
                Status(miso);
                Command(mosi);
                break;
        }

        if (Miso != MisoFault.None)
        {
            miso.Fill(Miso == MisoFault.AllOnes ? (byte)0xFF : (byte)0);
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint register = Crc32C.Initial;
        foreach (byte b in bytes)
        {
            register = BitOperations.Crc32C(register, b);
        }

        return ~register;
    }

    private static void Seal(Span<byte> miso) =>
        BinaryPrimitives.WriteUInt32LittleEndian(miso[20..], Checksum(miso[4..20]));

    private void Identify(Span<byte> miso)
    {
        "MQFE"u8.CopyTo(miso[4..]);
        miso[8] = 1;
        miso[9] = (byte)ChannelBits;
        BinaryPrimitives.WriteUInt16LittleEndian(miso[10..], (ushort)itemsMax);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[12..], tickFs);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[16..], 1);
        Seal(miso);
    }

    private void Status(Span<byte> miso)
    {
        "MQFS"u8.CopyTo(miso[4..]);
        miso[8] = (byte)((isRunning ? 1 : 0) | (IsReferencePresent ? 2 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(miso[10..], (ushort)captureId);
        BinaryPrimitives.WriteUInt16LittleEndian(miso[12..], (ushort)blocks.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[16..], nextNumber);
        Seal(miso);
    }

    private void Command(ReadOnlySpan<byte> mosi)
    {
        bool isSound = mosi.Length == ShortBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(mosi[20..]) == Checksum(mosi[..20]);
        if (!isSound || mosi[0] == 0x05)
        {
            return;
        }

        if (IgnoredCommands > 0)
        {
            IgnoredCommands--;
            return;
        }

        if (mosi[0] == 0x01 && IsReferencePresent)
        {
            Start(mosi);
        }
        else if (mosi[0] == 0x02 && isRunning)
        {
            Stop();
        }
        else if (mosi[0] == 0x0C)
        {
            Release(BinaryPrimitives.ReadUInt32LittleEndian(mosi[4..]));
        }
    }

    private void Start(ReadOnlySpan<byte> mosi)
    {
        while (blocks.TryDequeue(out Block block))
        {
            spare.Push(block.Payload);
        }

        captureId = BinaryPrimitives.ReadUInt16LittleEndian(mosi[4..]);
        items = Math.Min(itemsMax, (int)BinaryPrimitives.ReadUInt16LittleEndian(mosi[6..]));
        flushTicks = BinaryPrimitives.ReadUInt16LittleEndian(mosi[8..]) * 1_000_000_000_000L / tickFs;
        channelMask = BinaryPrimitives.ReadUInt16LittleEndian(mosi[10..]);
        writer = new TagBlockWriter(ChannelBits, items);
        open = null;
        nextNumber = 0;
        endTick = 0;
        closedTick = 0;
        lost = 0;
        loss = TagLoss.None;
        isRunning = true;
        BlockReady.Level = false;
        HasRoom?.Invoke();
    }

    private void Stop()
    {
        if (open is null)
        {
            // The last block may always be written: one place of the FIFO is kept for it.
            Open(endTick);
        }

        Close(endTick, TagLoss.EndOfCapture);
        isRunning = false;
    }

    private bool TryOpen(long tick)
    {
        if (blocks.Count >= Capacity - 1)
        {
            return false;
        }

        Open(tick);
        return true;
    }

    private void Open(long tick)
    {
        open = spare.Count > 0 ? spare.Pop() : new byte[TagBlock.PayloadBytesMax(itemsMax)];
        openedTick = tick;
        writer.Begin(open, 0, nextNumber, captureId);
    }

    private void Close(long end, TagLoss last)
    {
        int payloadBytes = writer.Finish(end, lost, loss | last, blocks.Count * items);
        blocks.Enqueue(new Block(nextNumber++, open!, payloadBytes, Checksum(open.AsSpan(0, payloadBytes))));
        open = null;
        closedTick = end;
        lost = 0;
        loss = TagLoss.None;
        BlockReady.Level = true;
    }

    private void Lose(long tick)
    {
        lost++;
        Overflows++;
        loss |= TagLoss.FifoOverflow;
        endTick = Math.Max(endTick, tick);
    }

    private void ReadBlock(Span<byte> miso)
    {
        if (!blocks.TryPeek(out Block block))
        {
            return;
        }

        "MQFB"u8.CopyTo(miso[4..]);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[8..], (uint)block.PayloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[12..], block.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(miso[16..], block.Checksum);
        Seal(miso);
        block.Payload.AsSpan(0, Math.Min(block.PayloadBytes, miso.Length - ShortBytes)).CopyTo(miso[ShortBytes..]);
        if (DamagedPrefixes > 0)
        {
            DamagedPrefixes--;
            miso[9] ^= 0x40;
        }
    }

    private void Release(uint number)
    {
        while (blocks.TryPeek(out Block block) && (int)(number - block.Number) > 0)
        {
            spare.Push(blocks.Dequeue().Payload);
        }

        BlockReady.Level = blocks.Count > 0;
        HasRoom?.Invoke();
    }

    private readonly record struct Block(uint Number, byte[] Payload, int PayloadBytes, uint Checksum);
}
