using MdiQkd.DeviceTools.Ports;

namespace MdiQkd.Device.Tests.Tools;

public sealed class SerialPortsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mdiqkd-ports").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Ports_with_hardware_are_found_with_what_they_say_of_themselves()
    {
        // As in Linux, where all links are relative: an adapter whose port is two folders below the USB device, a UART, one that is not
        // there, a virtual terminal.
        Write("sys/devices/usb1/1-2/idVendor", "0403\n");
        Write("sys/devices/usb1/1-2/idProduct", "6014\n");
        Write("sys/devices/usb1/1-2/manufacturer", "FTDI\n");
        Write("sys/devices/usb1/1-2/product", "Hub board\n");
        Terminal("ttyUSB0", "sys/devices/usb1/1-2/1-2:1.0/ttyUSB0", "ftdi_sio", null);
        Terminal("ttyS0", "sys/devices/pnp0/00:01/00:01.0", "port", "4\n");
        Link(Path.Combine(root, "sys/devices/pnp0/00:01/00:01.0/subsystem"), Folder("sys/bus/serial-base"));
        Link(Path.Combine(root, "sys/devices/pnp0/00:01/driver"), Folder("sys/bus/drivers/serial"));
        Terminal("ttyS1", "sys/devices/platform/serial8250", "serial8250", "0\n");
        Folder("sys/class/tty/tty1");
        Write("dev/ttyUSB0", "");
        Folder("dev/serial/by-id");
        File.CreateSymbolicLink(Path.Combine(root, "dev/serial/by-id/usb-FTDI_Hub_board"), "../../ttyUSB0");

        IReadOnlyList<SerialPortReport> ports = SerialPorts.Find(Path.Combine(root, "dev"), Path.Combine(root, "sys/class/tty"));
        Assert.Equal(["ttyS0", "ttyUSB0"], ports.Select(port => Path.GetFileName(port.Path)));
        Assert.Equal(("serial", "", ""), (ports[0].Driver, ports[0].Product, ports[0].UsbId));
        Assert.StartsWith("no device file", ports[0].Access, StringComparison.Ordinal);
        Assert.Equal(("ftdi_sio", "FTDI Hub board", "0403:6014", "yes"), (ports[1].Driver, ports[1].Product, ports[1].UsbId, ports[1].Access));
        Assert.EndsWith("usb-FTDI_Hub_board", Assert.Single(ports[1].Links), StringComparison.Ordinal);
        Assert.Empty(SerialPorts.Find(root, Path.Combine(root, "nowhere")));
    }

    private void Terminal(string name, string device, string driver, string? type)
    {
        string terminal = Folder($"{device}/tty/{name}");
        Link(Path.Combine(Folder("sys/class/tty"), name), terminal);
        Link(Path.Combine(terminal, "device"), Folder(device));
        Link(Path.Combine(root, device, "driver"), Folder("sys/bus/drivers/" + driver));
        if (type is not null)
        {
            Write($"{device}/tty/{name}/type", type);
        }
    }

    private static void Link(string path, string target) =>
        Directory.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, target));

    private string Folder(string path) => Directory.CreateDirectory(Path.Combine(root, path)).FullName;

    private void Write(string path, string text)
    {
        Folder(Path.GetDirectoryName(path)!);
        File.WriteAllText(Path.Combine(root, path), text);
    }
}
