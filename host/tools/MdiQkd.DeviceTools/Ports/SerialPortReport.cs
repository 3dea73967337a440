namespace MdiQkd.DeviceTools.Ports;

/// <summary>A serial port of this computer.</summary>
/// <param name="Path">Device file.</param>
/// <param name="Links">Lasting names that lead to it (/dev/serial/by-id), which a configuration should prefer.</param>
/// <param name="Driver">Driver of the kernel.</param>
/// <param name="Product">What a USB device says of itself; empty for others.</param>
/// <param name="UsbId">Vendor and product of a USB device; empty for others.</param>
/// <param name="Access">Whether this user may open it.</param>
internal sealed record SerialPortReport(
    string Path, IReadOnlyList<string> Links, string Driver, string Product, string UsbId, string Access);
