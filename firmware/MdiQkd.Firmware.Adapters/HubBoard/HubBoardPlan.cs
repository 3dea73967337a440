using MdiQkd.Wire;

namespace MdiQkd.Firmware.Adapters.HubBoard;

/// <summary>
/// What a hub board is fitted with, and on which pins: the one place that a lab changes. Pins are numbers of the platform's GpioController,
/// <see cref="NotWired"/> where nothing is connected.
/// </summary>
public sealed class HubBoardPlan
{
    /// <summary>Pin of a line that is not there.</summary>
    public const int NotWired = -1;

    /// <summary>Name of the board, ASCII, at most <see cref="HelloReply.BoardNameBytes"/> characters.</summary>
    public string Name { get; set; } = "hub-board";

    /// <summary>Serial number; [<see cref="HelloReply.SerialBytes"/>].</summary>
    public byte[] Serial { get; set; } = new byte[HelloReply.SerialBytes];

    /// <summary>High lets light pass: shutter, attenuator or coil supply; pulled down on the board.</summary>
    public int LightEnablePin { get; set; } = NotWired;

    /// <summary>WDI of the hardware watchdog.</summary>
    public int WatchdogPin { get; set; } = NotWired;

    /// <summary>How the optical switch is driven.</summary>
    public SwitchWiring Switch { get; set; }

    /// <summary>User ports of each of the two units, 1 to 7 on expanders and shift registers; the rest of a unit's fibre ports stays unused.</summary>
    public int SwitchPorts { get; set; }

    /// <summary>
    /// Port of each user at each measurement input, 0 = no fibre; [<see cref="WireProtocol.SwitchInputs"/>][users].
    /// </summary>
    public byte[][] FibrePlan { get; set; } = new byte[WireProtocol.SwitchInputs][];

    /// <summary>
    /// Output pins of the switch, unit 1 then unit 2. Coils: dark, port 1, ... Address: lowest bit first, then the strobe.
    /// </summary>
    public int[] SwitchDrivePins { get; set; } = new int[0];

    /// <summary>
    /// Input pins of the switch, unit 1 then unit 2. Coils: contact of dark, of port 1, ... Address: lowest bit first, then the valid line. Empty if the
    /// units do not report their position.
    /// </summary>
    public int[] SwitchSensePins { get; set; } = new int[0];

    /// <summary>SPI bus of the expanders and of the bench timer.</summary>
    public int DriverBus { get; set; }

    /// <summary>Chip select of the expander that drives coils, or RCLK of the shift registers; QH' of the last one is on MISO.</summary>
    public int CoilExpanderSelect { get; set; } = NotWired;

    /// <summary>OE of the shift registers, pulled up on the board.</summary>
    public int OutputEnablePin { get; set; } = NotWired;

    /// <summary>Chip select of the expander that reads position contacts.</summary>
    public int SenseExpanderSelect { get; set; } = NotWired;

    /// <summary>Port of a serial module to which no fibre is connected, above <see cref="SwitchPorts"/>.</summary>
    public int SerialDarkPort { get; set; }

    /// <summary>Where time tags come from.</summary>
    public TaggerKind Tagger { get; set; }

    /// <summary>SPI bus of the tagger.</summary>
    public int TaggerBus { get; set; }

    /// <summary>Chip select of the tagger.</summary>
    public int TaggerSelect { get; set; } = NotWired;

    /// <summary>SPI clock of the tagger, Hz; at most 25 MHz for an AS6500.</summary>
    public int TaggerClockHz { get; set; } = 20_000_000;

    /// <summary>INTERRUPT of the AS6500 (low while results wait), or block-ready of the front end (high while a block waits).</summary>
    public int TaggerReadyPin { get; set; } = NotWired;

    /// <summary>High while the reference clock is there.</summary>
    public int ReferencePresentPin { get; set; } = NotWired;

    /// <summary>Reference clock, Hz.</summary>
    public int ReferenceHz { get; set; } = 10_000_000;

    /// <summary>Items per tag block at most; each block buffer and each transaction with a front end is this long.</summary>
    public int BlockItemsMax { get; set; } = 1024;

    /// <summary>Block buffers, 2 or more.</summary>
    public int BlockBuffers { get; set; } = 4;

    /// <summary>Role of each tagger channel.</summary>
    public ChannelRole[] ChannelRoles { get; set; } = new ChannelRole[0];

    /// <summary>Which of its role each channel is; as long as <see cref="ChannelRoles"/>.</summary>
    public byte[] ChannelIndexes { get; set; } = new byte[0];

    /// <summary>Chip select of the TDC7200; not wired if there is none.</summary>
    public int BenchTimerSelect { get; set; } = NotWired;

    /// <summary>ENABLE of the TDC7200.</summary>
    public int BenchEnablePin { get; set; } = NotWired;

    /// <summary>INTB of the TDC7200.</summary>
    public int BenchInterruptPin { get; set; } = NotWired;

    /// <summary>Calibration pulse into START, and through the delay cable into STOP.</summary>
    public int BenchPulsePin { get; set; } = NotWired;

    /// <summary>Clock of the TDC7200, Hz.</summary>
    public int BenchClockHz { get; set; } = 8_000_000;

    /// <summary>Lowest delay of the cable that passes the self-test, ps.</summary>
    public int BenchDelayPsMin { get; set; } = 20_000;

    /// <summary>Highest delay of the cable that passes the self-test, ps.</summary>
    public int BenchDelayPsMax { get; set; } = 24_000;
}
