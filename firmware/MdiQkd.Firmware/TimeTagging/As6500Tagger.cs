using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Reads a TDC-GPX2 / AS6500 result by result over SPI, up to about 10^5 four-channel reads a second on the bus and far fewer through
/// managed code: every tag is decoded, ordered and packed here. Above that rate a front end does the work
/// (<see cref="FrontEndTagger"/>). Nothing is allocated after construction; whatever is not delivered is counted.
/// </summary>
public sealed class As6500Tagger : ITagSource
{
    /// <summary>Reads in one round of the main loop at most, so that the switch and the link get their turn.</summary>
    public const int ReadsPerRound = 64;

    private const int Channels = As6500Registers.Channels;
    private const int IndexMask = 0xFFFFFF;
    private const int IdleFlushMs = 100;

    private readonly As6500Device device;
    private readonly As6500Watch watch;
    private readonly IDigitalInput interruptLow;
    private readonly IDigitalInput referencePresent;
    private readonly FaultLog faults;
    private readonly int referenceHz;
    private readonly int divisions;
    private readonly TagBlockWriter writer;
    private readonly TagMerger merger = new TagMerger(2 * Channels * As6500Registers.FifoDepth);
    private readonly ReferenceIndexTracker tracker = new ReferenceIndexTracker();
    private TaggingSettings settings = new TaggingSettings();
    private BlockBuffer open;
    private int captureId;
    private bool isRunning;
    private bool isStopping;
    private int readsAfterStop;
    private long lastPollMs;
    private long blockBeganMs;
    private long lostBefore;
    private long lostInBlock;
    private TagLoss loss;
    private long boundTick;

    /// <summary>Takes the chip; nothing is sent before <see cref="Start"/> or <see cref="Test"/>.</summary>
    /// <param name="bus">SPI mode 1, most significant bit first, at most 25 MHz.</param>
    /// <param name="interruptLow">INTERRUPT pin of the chip: low while results wait.</param>
    /// <param name="referencePresent">High while the reference clock is there; null if the board cannot tell.</param>
    /// <param name="referenceHz">Reference clock, 2,000,000 to 12,500,000, a divisor of 10^12.</param>
    /// <param name="blockItemsMax">Items per block at most: the length of the block buffers.</param>
    /// <param name="faults">Where faults go.</param>
    public As6500Tagger(
        ISpiBus bus, IDigitalInput interruptLow, IDigitalInput referencePresent, int referenceHz, int blockItemsMax,
        FaultLog faults)
    {
        device = new As6500Device(bus, referenceHz, faults);
        watch = new As6500Watch(faults);
        this.interruptLow = interruptLow;
        this.referencePresent = referencePresent;
        this.referenceHz = referenceHz;
        this.faults = faults;
        divisions = As6500Registers.Divisions(referenceHz);
        BlockItemsMax = blockItemsMax;
        writer = new TagBlockWriter(ChannelBits, blockItemsMax);
    }

    /// <inheritdoc/>
    public Capabilities Capability => Capabilities.Tagger;

    /// <inheritdoc/>
    public int ChannelBits => 3;

    /// <inheritdoc/>
    public uint TickFsNumerator => 1000;

    /// <inheritdoc/>
    public uint TickDenominator => 1;

    /// <inheritdoc/>
    public int BlockItemsMax { get; }

    /// <inheritdoc/>
    public int FrameBytes => Frame.HeaderBytes + TagBlock.PayloadBytesMax(BlockItemsMax);

    /// <inheritdoc/>
    public bool IsReferencePresent =>
        referencePresent != null ? referencePresent.Read() : isRunning && Fault == FaultCode.None;

    /// <inheritdoc/>
    public long LostTags => lostBefore + lostInBlock;

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
        int wrong = device.Configure((1 << Channels) - 1, 0) == FaultCode.None ? 0 : 1;
        selfTest.Add(SelfTestStep.TaggerRegisters, wrong, 0, 0);
        if (referencePresent == null)
        {
            selfTest.AddSkipped(SelfTestStep.Reference);
        }
        else
        {
            selfTest.Add(SelfTestStep.Reference, referencePresent.Read() ? 1 : 0, 1, 1);
        }
    }

    /// <inheritdoc/>
    public FaultCode Start(int captureId, TaggingSettings settings, long nowMs)
    {
        this.settings = settings;
        this.captureId = captureId;
        Fault = device.Configure(settings.ChannelMask, settings.HighResolution);
        if (Fault == FaultCode.None && referencePresent != null && !referencePresent.Read())
        {
            Fault = FaultCode.ReferenceMissing;
            faults.Raise(Fault, 0);
        }

        if (Fault == FaultCode.None && !device.TryInit())
        {
            Fault = FaultCode.SpiFailed;
        }

        if (Fault != FaultCode.None)
        {
            return Fault;
        }

        tracker.Start(referenceHz, nowMs);
        watch.Start();
        merger.Clear();
        open = null;
        isRunning = true;
        isStopping = false;
        HasEnded = false;
        lastPollMs = nowMs;
        lostBefore = 0;
        lostInBlock = 0;
        loss = TagLoss.None;
        EndTick = 0;
        NextNumber = 0;
        return FaultCode.None;
    }

    /// <inheritdoc/>
    public void Stop(long nowMs)
    {
        // What was in the FIFOs at this moment comes with that many reads; later tags are not part of the capture.
        isStopping = true;
        readsAfterStop = As6500Registers.FifoDepth;
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (isRunning)
        {
            isRunning = false;
            HasEnded = true;
            open = null;
            device.TryReset();
        }
    }

    /// <inheritdoc/>
    public bool TryFill(BlockBuffer buffer, long nowMs)
    {
        if (!isRunning)
        {
            return false;
        }

        Begin(buffer, nowMs);
        CheckTime(nowMs);
        bool isDrained = Fault != FaultCode.None || ReadResults(nowMs);
        bool isFull = Release(isDrained ? long.MaxValue : boundTick);
        if (open == null)
        {
            return false;
        }

        bool isEnd = isStopping && !isFull && (isDrained || readsAfterStop == 0);
        bool isDue = nowMs - blockBeganMs >= (writer.TagCount > 0 ? settings.BlockFlushMs : IdleFlushMs);
        if (!isFull && !isEnd && !(isDue && (writer.TagCount > 0 || isDrained)))
        {
            return false;
        }

        Finish(isDrained && !isFull && Fault == FaultCode.None, isEnd, nowMs);
        return true;
    }

    private void Begin(BlockBuffer buffer, long nowMs)
    {
        if (open == null && buffer != null)
        {
            open = buffer;
            blockBeganMs = nowMs;
            writer.Begin(buffer.Bytes, Frame.HeaderBytes, NextNumber, captureId);
        }
    }

    private void CheckTime(long nowMs)
    {
        bool isUncertain = tracker.IsUncertain(nowMs) || nowMs - lastPollMs > tracker.QuarterWrapMs;
        if (isUncertain && (loss & TagLoss.EpochUncertain) == 0)
        {
            loss |= TagLoss.EpochUncertain;
            faults.Raise(FaultCode.EpochUncertain, (int)((nowMs - lastPollMs) / 1000));
        }

        lastPollMs = nowMs;
        if (referencePresent != null && Fault == FaultCode.None && !referencePresent.Read())
        {
            Fail(FaultCode.ReferenceMissing, TagLoss.ReferenceMissing);
        }
    }

    /// <summary>Reads until the chip is empty, or a round's share; yields whether it is empty.</summary>
    private bool ReadResults(long nowMs)
    {
        for (int i = 0; i < ReadsPerRound; i++)
        {
            if (interruptLow.Read())
            {
                watch.EndRuns();
                return true;
            }

            if ((isStopping && readsAfterStop == 0) || merger.Capacity - merger.Count < Channels)
            {
                return false;
            }

            readsAfterStop -= isStopping ? 1 : 0;
            if (!device.TryReadResults())
            {
                Fail(FaultCode.SpiFailed, TagLoss.ImplausibleResults);
            }
            else
            {
                Accept(nowMs);
            }

            if (Fault != FaultCode.None)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the results of one read.</summary>
    private void Accept(long nowMs)
    {
        byte[] results = device.Results;
        boundTick = long.MaxValue;
        int found = 0;
        int ored = 0;
        for (int channel = 0; channel < Channels; channel++)
        {
            int at = 1 + (channel * As6500Registers.ResultBytes);
            int index = (results[at] << 16) | (results[at + 1] << 8) | results[at + 2];
            int stop = (results[at + 3] << 16) | (results[at + 4] << 8) | results[at + 5];
            ored |= index | stop;
            if (index == IndexMask && stop == IndexMask)
            {
                watch.EndRun(channel);
                continue;
            }

            found++;
            if (watch.CountRun(channel))
            {
                loss |= TagLoss.FifoOverflow | TagLoss.LostCountIsLowerBound;
            }

            AddTag(channel, index, stop, nowMs);
        }

        FaultCode fault = watch.JudgeRead(found, ored == 0);
        if (fault != FaultCode.None)
        {
            Fail(fault, TagLoss.ImplausibleResults);
        }
    }

    private void AddTag(int channel, int index, int stop, long nowMs)
    {
        long count = tracker.Extend(index, nowMs);
        if (stop > divisions || count < 0)
        {
            Lose(TagLoss.ImplausibleResults, FaultCode.ResultImplausible, channel);
            return;
        }

        FaultCode fault = watch.JudgeIndex(index, nowMs);
        if (fault != FaultCode.None && Fault == FaultCode.None)
        {
            Fail(fault, TagLoss.ReferenceMissing);
        }

        tracker.Follow(count, nowMs);
        long tick = (count * divisions) + stop;
        merger.Add(tick, channel);
        boundTick = tick < boundTick ? tick : boundTick;
    }

    /// <summary>Moves ordered tags into the block, or counts them as lost; yields whether the block is full.</summary>
    private bool Release(long bound)
    {
        while (merger.Count > 0 && (merger.FirstTick <= bound || merger.Capacity - merger.Count < Channels))
        {
            long tick = merger.FirstTick;
            if (tick < EndTick || (open != null && tick < writer.LastTick))
            {
                Lose(TagLoss.LateTags, FaultCode.TagsOutOfOrder, merger.FirstChannel);
            }
            else if (open == null)
            {
                EndTick = tick;
                Lose(TagLoss.LinkBackPressure, FaultCode.LinkBackPressure, 1);
            }
            else if (!writer.TryAdd(tick, merger.FirstChannel))
            {
                return true;
            }
            else if (writer.TagCount == 1)
            {
                blockBeganMs = lastPollMs;
            }

            merger.RemoveFirst();
            if (open != null && writer.TagCount >= settings.BlockItems)
            {
                return true;
            }
        }

        return false;
    }

    private void Lose(TagLoss kind, FaultCode code, int detail)
    {
        lostInBlock++;
        loss |= kind;
        faults.Raise(code, detail);
    }

    private void Finish(bool mayPass, bool isEnd, long nowMs)
    {
        long endTick = writer.LastTick > EndTick ? writer.LastTick : EndTick;
        if (mayPass)
        {
            long passedTick = tracker.PassedCount(nowMs) * divisions;
            endTick = passedTick > endTick ? passedTick : endTick;
        }

        int runMax = watch.TakeRunMax();
        EndTick = endTick;
        lostBefore += lostInBlock;
        FifoHighWater = runMax > FifoHighWater ? runMax : FifoHighWater;
        open.PayloadBytes = writer.Finish(endTick, lostInBlock, isEnd ? loss | TagLoss.EndOfCapture : loss, runMax);
        open.PayloadChecksum = Crc32C.Compute(open.Bytes, Frame.HeaderBytes, open.PayloadBytes);
        open.Number = NextNumber++;
        open = null;
        lostInBlock = 0;
        loss = TagLoss.None;
        if (isEnd)
        {
            isRunning = false;
            HasEnded = true;
            merger.Clear();
            device.TryReset();
        }
    }

    private void Fail(FaultCode code, TagLoss kind)
    {
        Fault = code;
        loss |= kind | TagLoss.LostCountIsLowerBound;
        isStopping = true;
        faults.Raise(code, 0);
    }
}
