using System.Device.Gpio;
using System.Device.Spi;
using Iot.Device.FtCommon;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Boards.LinuxBoard;

namespace MdiQkd.Firmware.Boards.BenchFt232H;

/// <summary>
/// The chips of a hub board on a bench PC, through an FT232H USB bridge: SPI on D0 to D2, chip selects and lines on D3 to D7 and C0 to C7
/// (pins 3 to 15). A read of a pin takes a USB round trip of about 1 ms and there are no interrupts: for self-tests and for the switch, not for rates.
/// </summary>
public static class Program
{
    private const string Help = """
        mdiqkd-bench: the chips of a hub board on a PC, through an FT232H USB bridge

        usage: mdiqkd-bench CONFIGURATION [--check]

          CONFIGURATION  JSON file as for mdiqkd-board; pins and chip selects are 3 to 15, D3 to C7 of the bridge
          --check        read and check the configuration, open nothing
          --help         this text
        """;

    /// <summary>Entry point.</summary>
    public static int Main(string[] arguments)
    {
        Ftx232HDevice? bridge = null;
        return BoardHost.Run(
            arguments, Help,
            _ =>
            {
                bridge = Ftx232HDevice.GetFtx232H().FirstOrDefault()
                    ?? throw new IOException("no FT232H is connected, or the FTDI D2XX library is not installed");
                return bridge.CreateGpioController();
            },
            (bus, select, clockHz, mode) => new SpiBus(bridge!.CreateSpiDevice(
                new SpiConnectionSettings(0, select) { ClockFrequency = clockHz, Mode = mode, DataFlow = DataFlow.MsbFirst, DataBitLength = 8 })),
            hasInterrupts: false);
    }
}
