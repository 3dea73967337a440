using System;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>Fills the messages that tell what the board is and does; each is one instance, refilled.</summary>
public sealed class StatusMessages
{
    private readonly BoardParts parts;
    private readonly TagCapture capture;
    private readonly DeviceLink link;
    private readonly ReplyMemory memory;
    private readonly SelfTest selfTest;
    private readonly HelloReply hello = new HelloReply();
    private readonly SwitchStatus switchStatus = new SwitchStatus();
    private readonly CaptureStatus captureStatus = new CaptureStatus();
    private readonly DeviceStatus deviceStatus = new DeviceStatus();
    private readonly HealthReply health = new HealthReply();

    /// <summary>Takes what the messages tell of.</summary>
    public StatusMessages(BoardParts parts, TagCapture capture, DeviceLink link, ReplyMemory memory, SelfTest selfTest)
    {
        this.parts = parts;
        this.capture = capture;
        this.link = link;
        this.memory = memory;
        this.selfTest = selfTest;
        FillHello();
    }

    /// <summary>Longest time between two rounds of the main loop so far, ms.</summary>
    public int LoopMsMax { get; set; }

    /// <summary>What the board is.</summary>
    public HelloReply Hello(uint sessionId)
    {
        hello.SessionId = sessionId;
        return hello;
    }

    /// <summary>Where the switch is; there must be one.</summary>
    public SwitchStatus Switch(long nowMs)
    {
        parts.Switch.Describe(switchStatus, nowMs);
        return switchStatus;
    }

    /// <summary>Where the capture is; there must be a tagger.</summary>
    public CaptureStatus Capture()
    {
        capture.Describe(captureStatus);
        return captureStatus;
    }

    /// <summary>What a heartbeat tells.</summary>
    public DeviceStatus Device(long nowMs)
    {
        deviceStatus.UptimeMs = nowMs;
        deviceStatus.SwitchState = parts.Switch != null ? parts.Switch.State : SwitchState.Unknown;
        deviceStatus.ActiveFaults = parts.Faults.ActiveCount;
        if (capture != null)
        {
            deviceStatus.CaptureState = capture.State;
            deviceStatus.NextBlock = capture.Source.NextNumber;
            deviceStatus.LostTags = capture.LostTags;
        }

        return deviceStatus;
    }

    /// <summary>Counters and measured values.</summary>
    public HealthReply Health(long nowMs)
    {
        health.UptimeMs = nowMs;
        health.HasTemperature = parts.Sensors.TryReadTemperature(out int milliC);
        health.TemperatureMilliC = health.HasTemperature ? milliC : 0;
        health.FreeMemoryBytes = parts.Sensors.FreeMemoryBytes();
        health.HasPassedSelfTest = selfTest.HasPassed;
        health.LoopMsMax = LoopMsMax > 0xFFFF ? 0xFFFF : LoopMsMax;
        health.FramesReceived = link.FramesReceived;
        health.FramesRejected = link.FramesRejected;
        health.FramesMissed = link.FramesMissed;
        health.DiscardedBytes = link.Reader.DiscardedBytes;
        health.RepeatedRequests = memory.RepeatedRequests;
        if (capture != null)
        {
            health.IsReferencePresent = capture.Source.IsReferencePresent;
            health.FifoHighWater = capture.Source.FifoHighWater;
            health.BufferHighWater = capture.BufferHighWater;
            health.LostTags = capture.LostTagsTotal;
            health.BlocksSent = capture.BlocksSent;
        }

        return health;
    }

    private void FillHello()
    {
        hello.FirmwareMajor = FirmwareVersion.Major;
        hello.FirmwareMinor = FirmwareVersion.Minor;
        hello.FirmwarePatch = FirmwareVersion.Patch;
        hello.Users = parts.Switch != null ? parts.Matrix.Users : 0;
        hello.Capabilities = Parts();
        for (int i = 0; i < parts.Name.Length && i < HelloReply.BoardNameBytes; i++)
        {
            hello.BoardName[i] = (byte)parts.Name[i];
        }

        Array.Copy(parts.Serial, 0, hello.Serial, 0, HelloReply.SerialBytes);
        hello.TickFsNumerator = 0;
        if (capture != null)
        {
            hello.TickFsNumerator = capture.Source.TickFsNumerator;
            hello.TickDenominator = capture.Source.TickDenominator;
            hello.ChannelBits = capture.Source.ChannelBits;
            hello.BlockBuffers = capture.BufferCount;
            hello.BlockItemsMax = capture.Source.BlockItemsMax;
        }

        for (int i = 0; i < parts.ChannelRoles.Length; i++)
        {
            hello.ChannelRoles[i] = parts.ChannelRoles[i];
            hello.ChannelIndexes[i] = parts.ChannelIndexes[i];
        }
    }

    private Capabilities Parts()
    {
        Capabilities found = Capabilities.None;
        SwitchController controller = parts.Switch;
        if (controller != null)
        {
            found |= Capabilities.OpticalSwitch;
            found |= controller.HasReadBack ? Capabilities.SwitchReadBack : Capabilities.None;
            found |= controller.HasLightEnable ? Capabilities.LightEnable : Capabilities.None;
        }

        found |= capture != null ? capture.Source.Capability : Capabilities.None;
        found |= parts.BenchTimer != null ? Capabilities.BenchTimer : Capabilities.None;
        found |= parts.HasReferenceMonitor ? Capabilities.ReferenceMonitor : Capabilities.None;
        found |= parts.Watchdog != null ? Capabilities.HardwareWatchdog : Capabilities.None;
        found |= parts.Sensors.HasThermometer ? Capabilities.Thermometer : Capabilities.None;
        return found;
    }
}
