using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Boards.HubBoardStm32F769;

/// <summary>
/// Wiring of the hub board on an STM32F769I-DISCO, all on its Arduino connector. Buses and serial port have the pins that the runtime's target
/// gives them: SPI2 PA12, PB14, PB15; COM6 PC6, PC7. Pin 16 × port + n is P(port)n.
/// </summary>
public static class PinMap
{
    private const int PortA = 0 * 16;
    private const int PortC = 2 * 16;
    private const int PortF = 5 * 16;
    private const int PortH = 7 * 16;
    private const int PortJ = 9 * 16;

    /// <summary>What is fitted, and on which pins.</summary>
    public static HubBoardPlan Plan() => new HubBoardPlan
    {
        Name = "hub-stm32f769",
        Serial = new byte[] { 0, 0, 0, 0, 0, 0, 0, 2 },
        LightEnablePin = PortJ + 1,
        WatchdogPin = PortF + 6,
        Switch = SwitchWiring.CoilsOnExpanders,
        SwitchPorts = 3,
        FibrePlan = new byte[][] { new byte[] { 1, 2, 0 }, new byte[] { 0, 1, 2 } },
        DriverBus = 2,
        CoilExpanderSelect = PortJ + 0,
        SenseExpanderSelect = PortC + 8,
        Tagger = TaggerKind.FrontEnd,
        TaggerBus = 2,
        TaggerSelect = PortA + 11,
        TaggerReadyPin = PortF + 7,
        ReferencePresentPin = PortJ + 3,
        BlockItemsMax = TagBlock.ItemsMax,
        BlockBuffers = 8,
        ChannelRoles = new ChannelRole[] { ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync },
        ChannelIndexes = new byte[] { 0, 1, 2, 3, 0 },
        BenchTimerSelect = PortJ + 4,
        BenchEnablePin = PortH + 6,
        BenchInterruptPin = PortA + 6,
        BenchPulsePin = PortA + 4,
    };
}
