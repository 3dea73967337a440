namespace MdiQkd.DeviceTools.Ports;

/// <summary>Finds serial ports the way Linux tells them: terminals in /sys/class/tty with hardware and a driver behind them.</summary>
internal static class SerialPorts
{
    // Interface, device: a USB port's description is at most three folders above.
    private const int LevelsMax = 4;

    // Since Linux 6.5 a UART's port hangs on a bus of its own below the device that has the driver.
    private const string SerialBus = "serial-base";

    private static readonly string[] ProductFiles = ["manufacturer", "product", "serial"];

    /// <summary>All ports, by name.</summary>
    /// <param name="devices">/dev, or another folder in tests.</param>
    /// <param name="classes">/sys/class/tty, or another folder in tests.</param>
    internal static IReadOnlyList<SerialPortReport> Find(string devices = "/dev", string classes = "/sys/class/tty")
    {
        if (!Directory.Exists(classes))
        {
            return [];
        }

        ILookup<string, string> links = Links(Path.Combine(devices, "serial", "by-id"));
        return [.. Directory.EnumerateFileSystemEntries(classes)
            .Select(entry => (Entry: Resolve(entry), Path: Path.Combine(devices, Path.GetFileName(entry))))
            .Where(terminal => HasHardware(terminal.Entry))
            .Select(terminal => Describe(terminal.Entry, terminal.Path, links))
            .OrderBy(port => port.Path, StringComparer.Ordinal)];
    }

    /// <summary>A UART that is configured and not there has type 0; virtual terminals have no device.</summary>
    private static bool HasHardware(string entry) =>
        Directory.Exists(Path.Combine(entry, "device", "driver")) && Text(Path.Combine(entry, "type")) != "0";

    private static SerialPortReport Describe(string entry, string path, ILookup<string, string> links)
    {
        string device = Resolve(Path.Combine(entry, "device"));
        string? driven = device;
        while (driven is not null && Path.GetFileName(Resolve(Path.Combine(driven, "subsystem"))) == SerialBus)
        {
            driven = Path.GetDirectoryName(driven);
        }

        string? usb = device;
        for (int level = 0; usb is not null && !File.Exists(Path.Combine(usb, "idVendor")); level++)
        {
            usb = level < LevelsMax ? Path.GetDirectoryName(usb) : null;
        }

        string product = usb is null ? "" : string.Join(' ', ProductFiles
            .Select(name => Text(Path.Combine(usb, name))).Where(text => text.Length > 0));
        string id = usb is null ? "" : $"{Text(Path.Combine(usb, "idVendor"))}:{Text(Path.Combine(usb, "idProduct"))}";
        return new SerialPortReport(
            path, [.. links[path].Order(StringComparer.Ordinal)], Path.GetFileName(Resolve(Path.Combine(driven ?? device, "driver"))), product, id,
            Access(path));
    }

    /// <summary>Looks whether the port can be opened, without changing anything on it.</summary>
    private static string Access(string path)
    {
        if (!File.Exists(path))
        {
            return "no device file: udev has not made it, or this is a container without it";
        }

        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(
                path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return "yes";
        }
        catch (UnauthorizedAccessException)
        {
            return "no permission: the user must be in the group that owns the port, usually 'dialout'";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static ILookup<string, string> Links(string folder) =>
        (Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : []).ToLookup(Resolve, link => link);

    /// <summary>
    /// Where a link leads, or the path itself if it is none. What is above it must hold no links, because the links in /sys are relative.
    /// </summary>
    private static string Resolve(string path) =>
        (Directory.Exists(path) ? Directory.ResolveLinkTarget(path, true)
            : File.Exists(path) ? File.ResolveLinkTarget(path, true) : null)?.FullName ?? path;

    private static string Text(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "";
}
