using System.Globalization;
using System.Text;

namespace MdiQkd.Acquisition;

/// <summary>
/// The two port lists by which Polatis-style matrix switches name connections: <c>(@1,2),(@17,18)</c> connects 1 to 17 and
/// 2 to 18; <c>(@),(@)</c> or nothing at all means no connection. Used by the driver and by simulated switches.
/// </summary>
public static class ScpiConnections
{
    /// <summary>Longest list that is read; the largest matrix has 576 ports.</summary>
    public const int ConnectionsMax = 1024;

    /// <summary>Writes connections as two port lists, in the given order.</summary>
    public static string Format(IReadOnlyList<(int From, int To)> connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        StringBuilder text = new("(@");
        text.AppendJoin(',', connections.Select(c => c.From)).Append("),(@");
        return text.AppendJoin(',', connections.Select(c => c.To)).Append(')').ToString();
    }

    /// <summary>Reads two port lists of equal length.</summary>
    /// <returns>False if the text is not of that form.</returns>
    public static bool TryParse(string text, out List<(int From, int To)> connections)
    {
        ArgumentNullException.ThrowIfNull(text);
        connections = [];
        string compact = text.Replace(" ", string.Empty, StringComparison.Ordinal);
        if (compact.Length == 0)
        {
            return true;
        }

        int middle = compact.IndexOf("),(@", StringComparison.Ordinal);
        if (middle < 0
            || !compact.StartsWith("(@", StringComparison.Ordinal)
            || !compact.EndsWith(')')
            || !TryParsePorts(compact[2..middle], out List<int> from)
            || !TryParsePorts(compact[(middle + 4)..^1], out List<int> to)
            || from.Count != to.Count)
        {
            return false;
        }

        connections.AddRange(from.Zip(to));
        return true;
    }

    private static bool TryParsePorts(string list, out List<int> ports)
    {
        ports = [];
        if (list.Length == 0)
        {
            return true;
        }

        foreach (string item in list.Split(','))
        {
            if (ports.Count == ConnectionsMax
                || !int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port < 1)
            {
                return false;
            }

            ports.Add(port);
        }

        return true;
    }
}
