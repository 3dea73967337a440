using MdiQkd.Wire;

namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// Moves tag blocks from the source to the link through a ring of buffers. Without credit blocks wait; with all buffers full
/// the source is told so and counts what it loses.
/// </summary>
public sealed class TagCapture
{
    private readonly ITagSource source;
    private readonly BlockBuffer[] buffers;
    private int first;
    private int waiting;
    private bool isFirstTaken;
    private uint creditLimit;
    private long lostByAbort;
    private long lostEarlier;

    /// <summary>Makes the buffers.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="bufferCount">Buffers, 2 or more: one fills while another is sent.</param>
    public TagCapture(ITagSource source, int bufferCount)
    {
        this.source = source;
        buffers = new BlockBuffer[bufferCount];
        for (int i = 0; i < bufferCount; i++)
        {
            buffers[i] = new BlockBuffer(source.FrameBytes);
        }
    }

    /// <summary>Where blocks come from.</summary>
    public ITagSource Source => source;

    /// <summary>Buffers.</summary>
    public int BufferCount => buffers.Length;

    /// <summary>Capture that runs or ran last; 0 before the first.</summary>
    public int CaptureId { get; private set; }

    /// <summary>What it does.</summary>
    public CaptureState State { get; private set; }

    /// <summary>Most buffers that were in use at once.</summary>
    public int BufferHighWater { get; private set; }

    /// <summary>Blocks sent since start.</summary>
    public uint BlocksSent { get; private set; }

    /// <summary>Tags lost since start, over all captures.</summary>
    public long LostTagsTotal => lostEarlier + LostTags;

    /// <summary>Tags lost in this capture.</summary>
    public long LostTags => source.LostTags + lostByAbort;

    /// <summary>Begins a capture.</summary>
    /// <returns>None, or the fault that prevents it.</returns>
    public FaultCode Start(int captureId, uint newCreditLimit, TaggingSettings settings, long nowMs)
    {
        long lost = LostTags;
        FaultCode fault = source.Start(captureId, settings, nowMs);
        if (fault != FaultCode.None)
        {
            return fault;
        }

        lostEarlier += lost;
        lostByAbort = 0;
        CaptureId = captureId;
        creditLimit = newCreditLimit;
        waiting = 0;
        State = CaptureState.Running;
        return FaultCode.None;
    }

    /// <summary>Whether a capture may be started: none runs, and no block of the last one is on its way.</summary>
    public bool CanStart => (State == CaptureState.Idle || State == CaptureState.Faulted) && !isFirstTaken;

    /// <summary>Ends the capture; what was captured is still sent.</summary>
    public void Stop(long nowMs)
    {
        if (State == CaptureState.Running)
        {
            source.Stop(nowMs);
            State = CaptureState.Draining;
        }
    }

    /// <summary>Ends the capture at once: the host is gone. Tags that waited count as lost.</summary>
    public void Abort()
    {
        if (State == CaptureState.Running || State == CaptureState.Draining)
        {
            source.Abort();
            int kept = isFirstTaken ? 1 : 0;
            while (waiting > kept)
            {
                waiting--;
                BlockBuffer buffer = buffers[(first + waiting) % buffers.Length];
                lostByAbort += LittleEndian.GetUInt16(buffer.Bytes, Frame.HeaderBytes + 26);
            }

            State = CaptureState.Idle;
        }
    }

    /// <summary>Permits blocks below a limit; a lower limit than before, or one for another capture, changes nothing.</summary>
    public void Grant(int captureId, uint limit)
    {
        if (captureId == CaptureId && (int)(limit - creditLimit) > 0)
        {
            creditLimit = limit;
        }
    }

    /// <summary>Goes on; to be called in every round of the main loop.</summary>
    /// <returns>Whether a block came.</returns>
    public bool Poll(long nowMs)
    {
        if (State != CaptureState.Running && State != CaptureState.Draining)
        {
            return false;
        }

        BlockBuffer free = waiting < buffers.Length ? buffers[(first + waiting) % buffers.Length] : null;
        bool hasCome = source.TryFill(free, nowMs);
        if (hasCome)
        {
            waiting++;
            BufferHighWater = waiting > BufferHighWater ? waiting : BufferHighWater;
        }

        if (source.HasEnded)
        {
            State = waiting > 0 ? CaptureState.Draining
                : source.Fault != FaultCode.None ? CaptureState.Faulted
                : CaptureState.Idle;
        }

        return hasCome;
    }

    /// <summary>Next block to send, if there is one and the host has given credit.</summary>
    /// <param name="buffer">Lent until <see cref="Sent"/>.</param>
    public bool TryTake(out BlockBuffer buffer)
    {
        buffer = buffers[first];
        isFirstTaken = waiting > 0 && (int)(creditLimit - buffer.Number) > 0;
        return isFirstTaken;
    }

    /// <summary>The block that was taken is on the link.</summary>
    public void Sent()
    {
        isFirstTaken = false;
        waiting--;
        first = (first + 1) % buffers.Length;
        BlocksSent++;
    }

    /// <summary>The link closed while a block was on its way: it counts as lost.</summary>
    public void DropTaken()
    {
        if (isFirstTaken)
        {
            lostByAbort += LittleEndian.GetUInt16(buffers[first].Bytes, Frame.HeaderBytes + 26);
            isFirstTaken = false;
            waiting--;
            first = (first + 1) % buffers.Length;
        }
    }

    /// <summary>Fills a status message.</summary>
    public void Describe(CaptureStatus status)
    {
        status.CaptureId = CaptureId;
        status.State = State;
        status.Fault = source.Fault;
        status.NextBlock = source.NextNumber;
        status.LostTags = LostTags;
        status.EndTick = source.EndTick;
    }
}
