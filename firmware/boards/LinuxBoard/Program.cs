using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using MdiQkd.Firmware.Adapters;

namespace MdiQkd.Firmware.Boards.LinuxBoard;

/// <summary>Hub board on a Raspberry-Pi-class computer.</summary>
public static class Program
{
    private const string Help = """
        mdiqkd-board: switch and time-tag board on a Linux computer with GPIO and SPI

        usage: mdiqkd-board CONFIGURATION [--check]

          CONFIGURATION  JSON file; board.example.json beside this program is one for a Raspberry Pi
          --check        read and check the configuration, open nothing
          --help         this text

        The board listens for one host at a time, on TCP (loopback unless the configuration says otherwise) or on a
        serial port. Light passes only while a host is heard; on SIGTERM and Ctrl-C it is blocked first.
        exit codes: 0 ended by a signal, 1 hardware not there, 2 wrong command line or configuration
        """;

    /// <summary>Entry point.</summary>
    public static int Main(string[] arguments) => BoardHost.Run(
        arguments, Help,
        configuration => configuration.GpioChip is int chip ? new GpioController(new LibGpiodDriver(chip)) : new GpioController(),
        (bus, select, clockHz, mode) => new SpiBus(bus, select, clockHz, mode));
}
