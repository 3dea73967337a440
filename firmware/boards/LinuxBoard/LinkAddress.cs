using System.Globalization;
using System.Net;

namespace MdiQkd.Firmware.Boards.LinuxBoard;

/// <summary>Where a host reaches the board: <c>tcp:127.0.0.1:7620</c>, or <c>/dev/ttyGS0@921600</c>.</summary>
public sealed class LinkAddress
{
    private const int BaudMin = 9600;
    private const int BaudMax = 4_000_000;

    private LinkAddress(IPEndPoint? tcp, string path, int baud)
    {
        Tcp = tcp;
        Path = path;
        Baud = baud;
    }

    /// <summary>How an address is written, for messages.</summary>
    public static string Form => "tcp:ADDRESS:PORT such as tcp:127.0.0.1:7620, or PATH@BAUD such as /dev/ttyGS0@921600";

    /// <summary>Address to listen on, or null for a serial port.</summary>
    public IPEndPoint? Tcp { get; }

    /// <summary>File of the serial port, or empty.</summary>
    public string Path { get; }

    /// <summary>Baud rate of the serial port.</summary>
    public int Baud { get; }

    /// <summary>Reads an address; null if it is none.</summary>
    public static LinkAddress? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("tcp:", StringComparison.Ordinal))
        {
            string rest = text[4..];
            bool hasPort = rest.LastIndexOf(':') > rest.LastIndexOf(']') && rest.Contains(':', StringComparison.Ordinal);
            return hasPort && IPEndPoint.TryParse(rest, out IPEndPoint? address) ? new LinkAddress(address, "", 0) : null;
        }

        string[] parts = text.Split('@');
        return parts.Length == 2 && parts[0].StartsWith('/')
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int baud) && baud is >= BaudMin and <= BaudMax
            ? new LinkAddress(null, parts[0], baud) : null;
    }
}
