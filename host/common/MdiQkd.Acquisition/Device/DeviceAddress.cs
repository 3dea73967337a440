using System.Globalization;
using MdiQkd.Acquisition.Device.Serial;

namespace MdiQkd.Acquisition.Device;

/// <summary>Where a board is: a serial port, <c>/dev/ttyUSB0</c> or <c>/dev/ttyUSB0@115200</c>, or <c>host:port</c> over TCP.</summary>
public sealed record DeviceAddress
{
    /// <summary>Baud rate of a serial port if the address names none.</summary>
    public const int BaudDefault = 921_600;

    private const int BaudMin = 1200;
    private const int BaudMax = 12_000_000;

    private DeviceAddress(string path, int baud, string host, int port)
    {
        (Path, Baud, Host, Port) = (path, baud, host, port);
    }

    /// <summary>How an address is written, for messages.</summary>
    public static string Form => "a serial port such as /dev/ttyUSB0 or /dev/ttyUSB0@115200, or host:port";

    /// <summary>File of the serial port, or empty.</summary>
    public string Path { get; }

    /// <summary>Baud rate of the serial port.</summary>
    public int Baud { get; }

    /// <summary>Host name or IP address, or empty.</summary>
    public string Host { get; }

    /// <summary>TCP port.</summary>
    public int Port { get; }

    /// <summary>Whether this is a serial port.</summary>
    public bool IsSerial => Path.Length > 0;

    /// <summary>Reads an address.</summary>
    /// <param name="text">As described by <see cref="Form"/>.</param>
    /// <param name="address">The address.</param>
    /// <param name="fault">What is wrong; empty if nothing is.</param>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DeviceAddress? address, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = text.StartsWith('/') ? Serial(text) : Tcp(text);
        fault = address is null ? $"'{text}' is no device address: {Form} is needed" : "";
        return address is not null;
    }

    /// <summary>Opens a link.</summary>
    /// <param name="timeout">Longest wait for a TCP connection.</param>
    /// <exception cref="DeviceException">It cannot be opened; the message says why and what to look at.</exception>
    public IDeviceLink Open(TimeSpan timeout) =>
        IsSerial ? SerialDeviceLink.Open(Path, Baud) : TcpDeviceLink.Connect(Host, Port, timeout);

    /// <inheritdoc/>
    public override string ToString() =>
        IsSerial ? string.Create(CultureInfo.InvariantCulture, $"{Path}@{Baud}")
        : Host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static DeviceAddress? Serial(string text)
    {
        int at = text.LastIndexOf('@');
        string path = at < 0 ? text : text[..at];
        int baud = BaudDefault;
        bool isSound = at < 0
            || (int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out baud)
                && baud is >= BaudMin and <= BaudMax);
        return isSound && path.Length > 1 && !path.Contains('\0', StringComparison.Ordinal)
            ? new DeviceAddress(path, baud, "", 0) : null;
    }

    private static DeviceAddress? Tcp(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || port == 0)
        {
            return null;
        }

        string host = text[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        host = isBracketed ? host[1..^1] : host;
        UriHostNameType kind = Uri.CheckHostName(host);
        bool isSound = kind == UriHostNameType.IPv6 ? isBracketed : !isBracketed && kind is UriHostNameType.Dns or UriHostNameType.IPv4;
        return isSound ? new DeviceAddress("", 0, host, port) : null;
    }
}
