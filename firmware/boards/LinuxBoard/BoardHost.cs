using System.Device.Gpio;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Firmware.Link;
using MdiQkd.Firmware.Ports;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Boards.LinuxBoard;

/// <summary>Runs a board in a process: configuration, link, signals, dark at the end.</summary>
public static class BoardHost
{
    /// <summary>Exit code after a wrong command line or configuration.</summary>
    public const int UsageError = 2;

    private const int HardwareError = 1;
    private const int IdleMs = 1;
    private const string SpiBufferFile = "/sys/module/spidev/parameters/bufsiz";
    private const int ModuleBaud = 115_200;

    /// <summary>Reads the command line and runs the board until SIGTERM or Ctrl-C.</summary>
    /// <param name="arguments">[CONFIGURATION] [--check] [--help].</param>
    /// <param name="help">Text for --help.</param>
    /// <param name="openPins">Pins of the board.</param>
    /// <param name="openSpi">SPI buses of the board.</param>
    /// <param name="hasInterrupts">Whether pins tell of their edges; if not, the main loop looks at them every millisecond.</param>
    /// <returns>Exit code.</returns>
    public static int Run(
        string[] arguments, string help, Func<BoardConfiguration, GpioController> openPins, SpiOpener openSpi, bool hasInterrupts = true)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(openPins);
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            Console.WriteLine(help);
            return 0;
        }

        string[] files = [.. arguments.Where(argument => argument != "--check")];
        if (files.Length != 1 || files[0].StartsWith('-'))
        {
            return Fail(UsageError, $"one configuration file is needed, --check and --help are the options; given: {string.Join(' ', arguments)}");
        }

        if (!TryRead(files[0], out BoardConfiguration configuration, out HubBoardPlan plan))
        {
            return UsageError;
        }

        if (arguments.Contains("--check"))
        {
            Console.WriteLine($"{files[0]}: no fault");
            return 0;
        }

        try
        {
            RunBoard(configuration, plan, openPins(configuration), openSpi, hasInterrupts);
            return 0;
        }
        catch (Exception e) when (e is not (NullReferenceException or IndexOutOfRangeException))
        {
            // Drivers throw what they like; each means that a pin, a bus or a port is not there or is in use.
            return Fail(HardwareError, $"{e.Message} (are SPI and GPIO enabled, does this user own them, does another program use them?)");
        }
    }

    private static bool TryRead(string file, out BoardConfiguration configuration, out HubBoardPlan plan)
    {
        configuration = new BoardConfiguration();
        plan = new HubBoardPlan();
        try
        {
            configuration = BoardConfiguration.Parse(File.ReadAllText(file));
        }
        catch (JsonException e)
        {
            bool isUnknown = e.Message.Contains("could not be mapped", StringComparison.Ordinal);
            Fail(UsageError, $"{file}, line {e.LineNumber + 1}: {(isUnknown ? $"there is no key '{e.Path?[2..]}'" : e.Message)}");
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(UsageError, $"{file}: {e.Message}");
            return false;
        }

        IReadOnlyList<string> faults = ConfigurationCheck.TryPlan(configuration, out plan);
        foreach (string fault in faults)
        {
            Fail(UsageError, $"{file}: {fault}");
        }

        return faults.Count == 0;
    }

    private static void RunBoard(
        BoardConfiguration configuration, HubBoardPlan plan, GpioController pins, SpiOpener openSpi, bool hasInterrupts)
    {
        CheckSpiBuffer(plan);
        AutoResetEvent wake = new(false); // not disposed: threads of the links may still set it at the end
        DeviceClock clock = new();
        IByteLink[]? modules = plan.Switch != SwitchWiring.Serial ? null
            : [.. configuration.SwitchSerialPorts.Select(path => new StreamLink(RawTerminal.Open(path, ModuleBaud), wake))];
        using HostLink link = OpenLink(LinkAddress.Parse(configuration.Link)!, wake, out string where);
        BoardParts parts = new HubBoardBuilder(plan, pins, openSpi, hasInterrupts ? wake : null)
            .Build(link, clock, new BoardSensors(configuration.TemperatureFile), modules);
        DeviceLoop loop = new(new HubDevice(parts), wake, IdleMs);
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        Console.WriteLine($"board '{plan.Name}' waits for its host on {where}; Ctrl-C blocks the light and ends");
        loop.Run();
        parts.Switch?.GoDark(clock.NowMs);
        pins.Dispose();

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            loop.Stop();
        }
    }

    /// <summary>The kernel refuses longer transactions, and the front end would seem to be absent.</summary>
    private static void CheckSpiBuffer(HubBoardPlan plan)
    {
        int needed = Frame.HeaderBytes + TagBlock.PayloadBytesMax(plan.BlockItemsMax);
        if (plan.Tagger == TaggerKind.FrontEnd && File.Exists(SpiBufferFile)
            && int.TryParse(File.ReadAllText(SpiBufferFile), NumberStyles.Integer, CultureInfo.InvariantCulture, out int bytes) && bytes < needed)
        {
            throw new IOException(
                $"a block of {plan.BlockItemsMax} items is an SPI transaction of {needed} bytes and the kernel allows {bytes}: add "
                + $"spidev.bufsiz={needed} to its command line, or lower blockItemsMax");
        }
    }

    private static HostLink OpenLink(LinkAddress address, AutoResetEvent wake, out string where)
    {
        if (address.Tcp is null)
        {
            where = string.Create(CultureInfo.InvariantCulture, $"{address.Path} at {address.Baud} baud");
            RawTerminal.Open(address.Path, address.Baud).Dispose();
            return new HostLink(() => RawTerminal.Open(address.Path, address.Baud), wake);
        }

        HostLink link = HostLink.Listen(address.Tcp, wake, out IPEndPoint bound);
        where = $"tcp:{bound}";
        if (!IPAddress.IsLoopback(bound.Address))
        {
            Console.Error.WriteLine("warning: the device protocol has no authentication: whoever reaches this address moves the switch");
        }

        return link;
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine("error: " + message);
        return code;
    }
}
