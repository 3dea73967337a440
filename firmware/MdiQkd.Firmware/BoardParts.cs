using MdiQkd.Firmware.Faults;
using MdiQkd.Firmware.OpticalSwitch;
using MdiQkd.Firmware.Ports;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.Wire;

namespace MdiQkd.Firmware;

/// <summary>
/// What a board's composition root puts together. Clock, link, watchdog, sensors, faults and name are needed; a part that is null
/// is not fitted.
/// </summary>
public sealed class BoardParts
{
    /// <summary>Name of the board, ASCII, at most <see cref="HelloReply.BoardNameBytes"/> characters.</summary>
    public string Name { get; set; }

    /// <summary>Serial number; [<see cref="HelloReply.SerialBytes"/>].</summary>
    public byte[] Serial { get; set; }

    /// <summary>Clock.</summary>
    public IDeviceClock Clock { get; set; }

    /// <summary>Link to the host.</summary>
    public IByteLink Link { get; set; }

    /// <summary>Watchdog; null if none is fitted.</summary>
    public IWatchdog Watchdog { get; set; }

    /// <summary>Thermometer and memory.</summary>
    public IBoardSensors Sensors { get; set; }

    /// <summary>Fault log that all parts share.</summary>
    public FaultLog Faults { get; set; }

    /// <summary>Optical switch; null if none is fitted.</summary>
    public SwitchController Switch { get; set; }

    /// <summary>Fibre plan of the switch.</summary>
    public SelectionMatrix Matrix { get; set; }

    /// <summary>Times and limits of the switch: the instance that the controller and the units have.</summary>
    public SwitchSettings SwitchSettings { get; set; }

    /// <summary>Bank of the switch's drivers, for the self-test; may be null.</summary>
    public IOutputBank SwitchDrivers { get; set; }

    /// <summary>Source of tags; null if none is fitted.</summary>
    public ITagSource TagSource { get; set; }

    /// <summary>Block buffers, 2 or more.</summary>
    public int BlockBuffers { get; set; } = 4;

    /// <summary>Whether a line tells of the reference clock.</summary>
    public bool HasReferenceMonitor { get; set; }

    /// <summary>Bench timer; null if none is fitted.</summary>
    public Tdc7200 BenchTimer { get; set; }

    /// <summary>Lowest delay of the calibration pulse that passes the self-test, ps.</summary>
    public int BenchDelayPsMin { get; set; }

    /// <summary>Highest delay of the calibration pulse that passes the self-test, ps.</summary>
    public int BenchDelayPsMax { get; set; }

    /// <summary>Role of each tagger channel; [<see cref="WireProtocol.ChannelsMax"/>] or shorter.</summary>
    public ChannelRole[] ChannelRoles { get; set; } = new ChannelRole[0];

    /// <summary>Which of its role each channel is; as long as <see cref="ChannelRoles"/>.</summary>
    public byte[] ChannelIndexes { get; set; } = new byte[0];
}
