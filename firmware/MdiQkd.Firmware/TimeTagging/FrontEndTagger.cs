using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Reads blocks that a front end (FPGA or CPLD with FIFO) has packed and checked: one SPI transaction straight into the frame that goes to the
/// link. The work in managed code is the same for a block of one tag and of thousands: 36 table steps of checksum over prefix and
/// frame header, no copy. Without a free buffer nothing is read; the front end then counts what it loses.
/// </summary>
public sealed class FrontEndTagger : ITagSource
{
    private const int StatusIntervalMs = 250;
    private const int BadBlocksMax = 8;
    private const int StartAttempts = 3;
    private const int DefaultChannelBits = 3;

    private readonly FrontEndDevice device;
    private readonly IDigitalInput blockReady;
    private readonly FaultLog faults;
    private bool isRunning;
    private bool isReferencePresent;
    private bool isStopping;
    private int captureId;
    private int badBlocks;
    private long statusNextMs;

    /// <summary>Takes the front end and asks what it is.</summary>
    /// <param name="bus">SPI mode 0, most significant bit first.</param>
    /// <param name="blockReady">High while a block waits.</param>
    /// <param name="blockItemsMax">Items per block at most: sets the length of the SPI transaction.</param>
    /// <param name="faults">Where faults go.</param>
    public FrontEndTagger(ISpiBus bus, IDigitalInput blockReady, int blockItemsMax, FaultLog faults)
    {
        this.blockReady = blockReady;
        this.faults = faults;
        BlockItemsMax = blockItemsMax;
        device = new FrontEndDevice(bus, FrameBytes, faults);
        bool isThere = device.TryIdentify();
        ChannelBits = isThere ? device.Answer[9] : DefaultChannelBits;
        TickFsNumerator = isThere ? LittleEndian.GetUInt32(device.Answer, 12) : 1000;
        TickDenominator = isThere ? LittleEndian.GetUInt32(device.Answer, 16) : 1;
        int itemsMax = LittleEndian.GetUInt16(device.Answer, 10);
        if (isThere && itemsMax < BlockItemsMax)
        {
            BlockItemsMax = itemsMax;
        }
    }

    /// <inheritdoc/>
    public Capabilities Capability => Capabilities.FrontEnd;

    /// <inheritdoc/>
    public int ChannelBits { get; }

    /// <inheritdoc/>
    public uint TickFsNumerator { get; }

    /// <inheritdoc/>
    public uint TickDenominator { get; }

    /// <inheritdoc/>
    public int BlockItemsMax { get; }

    /// <inheritdoc/>
    public int FrameBytes => Frame.HeaderBytes + TagBlock.PayloadBytesMax(BlockItemsMax);

    /// <inheritdoc/>
    public bool IsReferencePresent => isReferencePresent;

    /// <inheritdoc/>
    public long LostTags { get; private set; }

    /// <inheritdoc/>
    public long EndTick { get; private set; }

    /// <inheritdoc/>
    public uint NextNumber { get; private set; }

    /// <inheritdoc/>
    public int FifoHighWater { get; private set; }

    /// <inheritdoc/>
    public bool HasEnded { get; private set; } = true;

    /// <inheritdoc/>
    public FaultCode Fault { get; private set; }

    /// <inheritdoc/>
    public void Test(SelfTestReply selfTest)
    {
        selfTest.Add(
            SelfTestStep.FrontEnd, device.TryIdentify() ? device.Answer[8] : 0, FrontEndRegisters.Version,
            FrontEndRegisters.Version);
        isReferencePresent = device.TryStatus() && device.IsReferencePresent;
        selfTest.Add(SelfTestStep.Reference, isReferencePresent ? 1 : 0, 1, 1);
    }

    /// <inheritdoc/>
    public FaultCode Start(int captureId, TaggingSettings settings, long nowMs)
    {
        this.captureId = captureId;
        Fault = !device.TryIdentify() ? FaultCode.FrontEndAbsent : Begin(settings);
        if (Fault == FaultCode.None)
        {
            isRunning = true;
            HasEnded = false;
            badBlocks = 0;
            statusNextMs = nowMs + StatusIntervalMs;
            LostTags = 0;
            EndTick = 0;
            NextNumber = 0;
        }

        return Fault;
    }

    /// <inheritdoc/>
    public void Stop(long nowMs)
    {
        // Should the command be lost, the next status shows that the capture still runs, and it is sent again.
        device.Stop();
        statusNextMs = nowMs;
        isStopping = true;
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (isRunning)
        {
            isRunning = false;
            HasEnded = true;
            device.Stop();
        }
    }

    /// <inheritdoc/>
    public bool TryFill(BlockBuffer buffer, long nowMs)
    {
        if (!isRunning)
        {
            return false;
        }

        if (nowMs >= statusNextMs)
        {
            LookAtStatus(nowMs);
        }

        return isRunning && buffer != null && blockReady.Read() && TryTake(buffer);
    }

    private bool TryTake(BlockBuffer buffer)
    {
        byte[] frame = buffer.Bytes;
        int payload = Frame.HeaderBytes;
        if (!device.TryReadBlock(frame) || LittleEndian.GetUInt16(frame, payload + 4) != captureId)
        {
            RefuseBlock();
            return false;
        }

        uint number = LittleEndian.GetUInt32(frame, 12);
        device.Release(number + 1);
        if (number != NextNumber)
        {
            // Lower: the release was lost and the block came again. Higher cannot be: nothing is forgotten unreleased.
            RefuseBlock();
            return false;
        }

        badBlocks = 0;
        NextNumber = number + 1;
        buffer.Number = number;
        buffer.PayloadBytes = LittleEndian.GetInt32(frame, 8);
        buffer.PayloadChecksum = LittleEndian.GetUInt32(frame, 16);
        Account(frame, payload);
        return true;
    }

    /// <summary>Takes what health and status tell from the block's header.</summary>
    private void Account(byte[] frame, int payload)
    {
        uint lost = LittleEndian.GetUInt32(frame, payload + 28);
        TagLoss loss = (TagLoss)LittleEndian.GetUInt16(frame, payload + 6);
        int fill = LittleEndian.GetUInt16(frame, payload + 32);
        LostTags += lost;
        EndTick = LittleEndian.GetInt64(frame, payload + 16);
        FifoHighWater = fill > FifoHighWater ? fill : FifoHighWater;
        if ((loss & TagLoss.FifoOverflow) != 0)
        {
            faults.Raise(FaultCode.FifoOverflow, (int)lost);
        }

        if ((loss & TagLoss.ReferenceMissing) != 0 && Fault == FaultCode.None)
        {
            isReferencePresent = false;
            Fault = FaultCode.ReferenceMissing;
            faults.Raise(Fault, 0);
        }

        if ((loss & TagLoss.EndOfCapture) != 0)
        {
            isRunning = false;
            HasEnded = true;
        }
    }

    private void RefuseBlock()
    {
        faults.Raise(FaultCode.FrontEndBlock, ++badBlocks);
        if (badBlocks >= BadBlocksMax)
        {
            Fault = FaultCode.FrontEndBlock;
            Abort();
        }
    }

    private void LookAtStatus(long nowMs)
    {
        statusNextMs = nowMs + StatusIntervalMs;
        if (!device.TryStatus())
        {
            RefuseBlock();
            return;
        }

        isReferencePresent = device.IsReferencePresent;
        if (!isReferencePresent && Fault == FaultCode.None)
        {
            // The front end ends the capture itself, with what it had in its last block.
            Fault = FaultCode.ReferenceMissing;
            faults.Raise(Fault, 0);
        }

        if (isStopping && device.IsRunning)
        {
            device.Stop();
        }
    }

    private FaultCode Begin(TaggingSettings settings)
    {
        isStopping = false;
        for (int i = 0; i < StartAttempts; i++)
        {
            device.Start(captureId, settings);
            if (device.TryStatus())
            {
                isReferencePresent = device.IsReferencePresent;
                if (!isReferencePresent)
                {
                    faults.Raise(FaultCode.ReferenceMissing, 0);
                    return FaultCode.ReferenceMissing;
                }

                if (device.IsRunning && device.CaptureId == captureId)
                {
                    return FaultCode.None;
                }
            }
        }

        faults.Raise(FaultCode.FrontEndAbsent, 0);
        return FaultCode.FrontEndAbsent;
    }
}
