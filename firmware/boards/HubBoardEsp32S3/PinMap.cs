using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Boards.HubBoardEsp32S3;

/// <summary>
/// Wiring of the hub board on an ESP32-S3 (DevKitC-1 class). Left alone: 0, 3, 45, 46 (strapping), 19, 20 (USB), 26 to 37 (flash and
/// memory), 43, 44 (console and flashing). The tagger has the pins that SPI2 reaches without the GPIO matrix.
/// </summary>
public static class PinMap
{
    /// <summary>To the host's RX.</summary>
    public const int HostTx = 17;

    /// <summary>From the host's TX.</summary>
    public const int HostRx = 18;

    /// <summary>Bus "SPI1" of the runtime: clock.</summary>
    public const int TaggerClock = 12;

    /// <summary>Bus "SPI1" of the runtime: to the tagger.</summary>
    public const int TaggerMosi = 11;

    /// <summary>Bus "SPI1" of the runtime: from the tagger.</summary>
    public const int TaggerMiso = 13;

    /// <summary>Bus "SPI2" of the runtime: clock of expanders and bench timer.</summary>
    public const int DriverClock = 5;

    /// <summary>Bus "SPI2" of the runtime: to expanders and bench timer.</summary>
    public const int DriverMosi = 6;

    /// <summary>Bus "SPI2" of the runtime: from expanders and bench timer.</summary>
    public const int DriverMiso = 7;

    /// <summary>What is fitted, and on which pins.</summary>
    public static HubBoardPlan Plan() => new HubBoardPlan
    {
        Name = "hub-esp32s3",
        Serial = new byte[] { 0, 0, 0, 0, 0, 0, 0, 1 },
        LightEnablePin = 4,
        WatchdogPin = 21,
        Switch = SwitchWiring.CoilsOnExpanders,
        SwitchPorts = 3,
        FibrePlan = new byte[][] { new byte[] { 1, 2, 0 }, new byte[] { 0, 1, 2 } },
        DriverBus = 2,
        CoilExpanderSelect = 15,
        SenseExpanderSelect = 16,
        Tagger = TaggerKind.FrontEnd,
        TaggerBus = 1,
        TaggerSelect = 10,
        TaggerReadyPin = 9,
        ReferencePresentPin = 14,
        ChannelRoles = new ChannelRole[] { ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync },
        ChannelIndexes = new byte[] { 0, 1, 2, 3, 0 },
        BenchTimerSelect = 38,
        BenchEnablePin = 39,
        BenchInterruptPin = 40,
        BenchPulsePin = 41,
    };
}
