using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>
/// The whole board: one call of <see cref="Poll"/> per round of the main loop, which never waits and, after the constructor, never
/// allocates. Light passes only while a host is heard.
/// </summary>
public sealed class HubDevice
{
    private const int FramesPerRound = 8;
    private const int BlocksPerRound = 4;
    private const int LoopLateMs = 250;
    private const int BoardIntervalMs = 1000;
    private const uint FreeMemoryBytesMin = 10_000;

    private readonly BoardParts parts;
    private readonly FaultLog faults;
    private readonly SwitchController controller;
    private readonly TagCapture capture;
    private readonly DeviceConfiguration configuration;
    private readonly DeviceLink link;
    private readonly ReplyMemory memory = new ReplyMemory();
    private readonly StatusMessages status;
    private readonly RequestHandler requests;
    private readonly byte[] eventFrame = new byte[Frame.HeaderBytes + SwitchStatus.PayloadBytes];
    private uint alarmsTold;
    private bool isBlockGoing;
    private bool isHostLost;
    private bool hasPolled;
    private long lastPollMs;
    private long boardNextMs;

    /// <summary>Puts the board together.</summary>
    public HubDevice(BoardParts parts)
    {
        this.parts = parts;
        faults = parts.Faults;
        controller = parts.Switch;
        capture = parts.TagSource != null ? new TagCapture(parts.TagSource, parts.BlockBuffers) : null;
        configuration = new DeviceConfiguration(parts);
        link = new DeviceLink(parts.Link, faults);
        SelfTest selfTest = new SelfTest(parts);
        status = new StatusMessages(parts, capture, link, memory, selfTest);
        requests = new RequestHandler(parts, capture, configuration, selfTest, status, memory);
    }

    /// <summary>Time tagging, or null.</summary>
    public TagCapture Capture => capture;

    /// <summary>First move: everything dark.</summary>
    public void Start()
    {
        if (controller != null)
        {
            controller.Start(parts.Clock.NowMs);
        }
    }

    /// <summary>One round of the main loop.</summary>
    /// <returns>Whether there was something to do: if not, the loop may sleep for a millisecond.</returns>
    public bool Poll()
    {
        long nowMs = parts.Clock.NowMs;
        WatchLoop(nowMs);
        bool isBusy = Receive(nowMs);
        WatchHost(nowMs);
        if (controller != null)
        {
            controller.Poll(nowMs);
        }

        if (capture != null)
        {
            for (int i = 0; i < BlocksPerRound && capture.Poll(nowMs); i++)
            {
                isBusy = true;
            }
        }

        requests.Poll(nowMs);
        WatchBoard(nowMs);
        isBusy |= Send(nowMs);
        if (parts.Watchdog != null)
        {
            parts.Watchdog.Feed();
        }

        return isBusy;
    }

    /// <summary>
    /// After an exception in <see cref="Poll"/>: dark, until the fault is cleared. The watchdog was not fed in that round; if every
    /// round fails it blocks the light and resets the board.
    /// </summary>
    public void GoDarkAfterError()
    {
        faults.Raise(FaultCode.FirmwareError, 0);
        if (controller != null)
        {
            controller.GoDarkUnasked(FaultCode.FirmwareError, parts.Clock.NowMs);
        }
    }

    private bool Receive(long nowMs)
    {
        if (link.HasClosed())
        {
            isBlockGoing = false;
            LoseHost(nowMs);
            if (capture != null)
            {
                capture.DropTaken();
            }
        }

        for (int i = 0; i < FramesPerRound; i++)
        {
            LinkEvent found = link.TryReceive(nowMs);
            if (found == LinkEvent.None)
            {
                return i > 0;
            }

            if (found == LinkEvent.Frame)
            {
                requests.Handle(link.Reader, nowMs);
            }
            else
            {
                requests.RefuseVersion(link.Reader);
            }
        }

        return true;
    }

    private void WatchHost(long nowMs)
    {
        bool isSilent = nowMs - link.LastFrameMs >= configuration.HostTimeoutMs;
        if (isSilent && !isHostLost && requests.HasSession)
        {
            if (link.IsOpen)
            {
                faults.Raise(FaultCode.HostSilent, configuration.HostTimeoutMs);
            }

            LoseHost(nowMs);
        }

        isHostLost = isSilent;
    }

    private void LoseHost(long nowMs)
    {
        if (controller != null)
        {
            controller.GoDarkUnasked(FaultCode.None, nowMs);
        }

        if (capture != null)
        {
            capture.Abort();
        }
    }

    private void WatchLoop(long nowMs)
    {
        int loopMs = hasPolled ? (int)(nowMs - lastPollMs) : 0;
        hasPolled = true;
        lastPollMs = nowMs;
        status.LoopMsMax = loopMs > status.LoopMsMax ? loopMs : status.LoopMsMax;
        if (loopMs >= LoopLateMs)
        {
            faults.Raise(FaultCode.LoopLate, loopMs);
        }
    }

    private void WatchBoard(long nowMs)
    {
        if (nowMs < boardNextMs)
        {
            return;
        }

        boardNextMs = nowMs + BoardIntervalMs;
        if (parts.Sensors.TryReadTemperature(out int milliC) && milliC > configuration.TemperatureLimitMilliC
            && !faults.IsActive(FaultCode.TemperatureHigh))
        {
            faults.Raise(FaultCode.TemperatureHigh, milliC);
        }

        uint free = parts.Sensors.FreeMemoryBytes();
        if (free < FreeMemoryBytesMin && !faults.IsActive(FaultCode.MemoryLow))
        {
            faults.Raise(FaultCode.MemoryLow, (int)free);
        }
    }

    private bool Send(long nowMs)
    {
        bool hasSent = false;
        while (link.IsOpen && link.Flush())
        {
            if (isBlockGoing)
            {
                isBlockGoing = false;
                capture.Sent();
            }

            if (!memory.TrySend(link) && !(requests.HasSession && !isHostLost && (TrySendEvent(nowMs) || TrySendBlock())))
            {
                return hasSent;
            }

            hasSent = true;
        }

        return hasSent;
    }

    private bool TrySendEvent(long nowMs)
    {
        if (controller != null && controller.Alarms != alarmsTold)
        {
            alarmsTold = controller.Alarms;
            SendEvent(MessageType.SwitchEvent, status.Switch(nowMs));
            return true;
        }

        if (faults.TryTakeUntold(out FaultRecord record))
        {
            SendEvent(MessageType.FaultEvent, record);
            return true;
        }

        return false;
    }

    private void SendEvent(MessageType type, IWireMessage message)
    {
        int payloadBytes = message.Encode(eventFrame, Frame.HeaderBytes);
        link.Send(eventFrame, type, 0, payloadBytes, Crc32C.Compute(eventFrame, Frame.HeaderBytes, payloadBytes));
    }

    private bool TrySendBlock()
    {
        if (capture == null || !capture.TryTake(out BlockBuffer block))
        {
            return false;
        }

        link.Send(block.Bytes, MessageType.TagBlock, 0, block.PayloadBytes, block.PayloadChecksum);
        isBlockGoing = true;
        return true;
    }
}
