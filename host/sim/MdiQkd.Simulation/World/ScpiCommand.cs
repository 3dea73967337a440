using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.World;

/// <summary>One line of the SCPI subset that the simulated switch knows, parsed.</summary>
/// <param name="Kind">What it asks.</param>
/// <param name="Connections">Of <see cref="ScpiCommandKind.ConnectOnly"/>.</param>
internal sealed record ScpiCommand(ScpiCommandKind Kind, IReadOnlyList<(int From, int To)> Connections)
{
    /// <summary>Parses a line; headers in any case, short or long form, with or without the leading colon.</summary>
    public static ScpiCommand Parse(string line)
    {
        string text = line.Trim();
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        string header = Short(space < 0 ? text : text[..space]);
        string argument = space < 0 ? "" : text[space..];
        ScpiCommandKind kind = header switch
        {
            "*idn?" => ScpiCommandKind.Identify,
            "*opc?" => ScpiCommandKind.OperationComplete,
            "oxc:swit:conn:only" => ScpiCommandKind.ConnectOnly,
            "oxc:swit:disc:all" => ScpiCommandKind.DisconnectAll,
            "oxc:swit:conn:stat?" => ScpiCommandKind.ConnectionState,
            "syst:err?" or "syst:err:next?" => ScpiCommandKind.NextError,
            _ => ScpiCommandKind.Unknown,
        };
        List<(int From, int To)> connections = [];
        bool understood = kind == ScpiCommandKind.ConnectOnly
            ? ScpiConnections.TryParse(argument, out connections) && connections.Count > 0
            : string.IsNullOrWhiteSpace(argument);
        return new ScpiCommand(understood ? kind : ScpiCommandKind.Unknown, connections);
    }

    private static string Short(string header)
    {
        IEnumerable<string> words = header.ToLowerInvariant().TrimStart(':').Split(':').Select(word =>
        {
            string name = word.TrimEnd('?');
            string form = name switch
            {
                "switch" => "swit",
                "connect" => "conn",
                "disconnect" => "disc",
                "state" => "stat",
                "system" => "syst",
                "error" => "err",
                _ => name,
            };
            return word.EndsWith('?') ? form + "?" : form;
        });
        return string.Join(':', words);
    }
}
