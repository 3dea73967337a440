using System.CommandLine;
using MdiQkd.DeviceTools.Reports;
using Spectre.Console;

namespace MdiQkd.DeviceTools.Ports;

/// <summary>`mdiqkd device list`: the serial ports of this computer.</summary>
internal static class ListCommand
{
    private const string Unseen =
        "Not seen by this list: boards on TCP (host:port), pseudo-terminals (/dev/pts/N), and what is behind a port: "
        + "'mdiqkd device info ADDRESS' asks.";

    internal static Command Make()
    {
        Option<bool> json = DeviceArguments.Json();
        Command command = new("list", "Serial ports of this computer; opens none of them for long and sends nothing.") { json };
        command.SetAction(result =>
        {
            IReadOnlyList<SerialPortReport> ports = SerialPorts.Find();
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                output.WriteLine(DeviceJson.Write(new { ports, notSeen = Unseen }));
            }
            else
            {
                Write(ports, output);
            }
        });
        return command;
    }

    private static void Write(IReadOnlyList<SerialPortReport> ports, TextWriter output)
    {
        if (ports.Count == 0)
        {
            output.WriteLine(
                "no serial port found: is the board plugged in? On Linux 'dmesg' names a USB adapter when it is plugged; other systems are not searched");
        }
        else
        {
            Table table = new Table().AddColumns("port", "what", "can be opened");
            foreach (SerialPortReport port in ports)
            {
                string what = port.Product.Length > 0 ? $"{port.Product} ({port.UsbId}, {port.Driver})" : port.Driver;
                table.AddRow(
                    string.Join('\n', port.Links.Prepend(port.Path)).EscapeMarkup(), what.EscapeMarkup(), port.Access.EscapeMarkup());
            }

            ReportTables.Console(output).Write(table);
        }

        output.WriteLine(Unseen);
    }
}
