using System.Net;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.VirtualBoard.Bench;

namespace MdiQkd.Cli.Commands.Board;

/// <summary>What `mdiqkd board simulate` is asked to do.</summary>
/// <param name="Settings">Parts of the board.</param>
/// <param name="TcpPort">TCP port, or null for a pseudo-terminal.</param>
/// <param name="TerminalLink">Symbolic link to the pseudo-terminal.</param>
/// <param name="RateHz">Dark counts per second.</param>
/// <param name="Seed">Seed of the dark counts.</param>
/// <param name="Faults">What is broken from the start.</param>
/// <param name="Light">Simulated world that is told of the light, or null.</param>
/// <param name="Tags">Tag stream behind the detectors, or null for dark counts.</param>
/// <param name="Json">Whether the address is told as JSON.</param>
internal sealed record SimulationOptions(
    VirtualBoardSettings Settings,
    int? TcpPort,
    string TerminalLink,
    int RateHz,
    int Seed,
    IReadOnlyList<string> Faults,
    IPEndPoint? Light,
    IPEndPoint? Tags,
    bool Json)
{
    /// <summary>What is wrong, or null.</summary>
    internal string? Problem()
    {
        int rateHzMax = Settings.Tagger == TaggerKind.As6500 ? GeneratedTags.As6500RateHzMax : GeneratedTags.FrontEndRateHzMax;
        return Settings.Fault()
            ?? (TcpPort is < 0 or > ushort.MaxValue ? $"--tcp {TcpPort}: 0..65535"
            : TcpPort is null && TerminalLink.Length == 0 ? "--pty: a name for the symbolic link is needed"
            : RateHz < 1 || RateHz > rateHzMax ? $"--rate {RateHz}: 1..{rateHzMax} Hz with this tagger"
            : Tags is not null && Settings.Tagger != TaggerKind.FrontEnd
                ? "--tags needs --tagger frontEnd: an AS6500 lives in real time, a simulated world does not"
            : null);
    }
}
