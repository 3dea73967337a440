using System.Globalization;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Demo;

/// <summary>
/// Which programs the demo starts, each run as <c>dotnet ASSEMBLY ARGUMENTS --config FILE</c>; the board has options in place of a file.
/// </summary>
/// <param name="World">The simulated world.</param>
/// <param name="Board">The virtual board.</param>
/// <param name="Hub">The hub daemon, from a folder of its own.</param>
/// <param name="Node">The node daemon.</param>
/// <param name="SeededNode">The node daemon with seeded instead of real randomness.</param>
internal sealed record DaemonPrograms(
    IReadOnlyList<string> World,
    IReadOnlyList<string> Board,
    IReadOnlyList<string> Hub,
    IReadOnlyList<string> Node,
    IReadOnlyList<string> SeededNode)
{
    /// <summary>The production daemons beside this program, and this program itself for everything simulated.</summary>
    internal static DaemonPrograms Installed { get; } = new(
        [Beside("mdiqkd.dll"), "world"],
        [Beside("mdiqkd.dll"), "board", "simulate"],
        [Beside("hub", "MdiQkd.Hub.dll")],
        [Beside("node", "MdiQkd.Node.dll")],
        [Beside("mdiqkd.dll"), "seeded-node"]);

    /// <summary>The child that runs one of the programs with a configuration file.</summary>
    internal static ChildSpec Spec(
        string name,
        IReadOnlyList<string> program,
        string configurationFile,
        string logFile,
        IReadOnlyDictionary<string, string>? environment = null) =>
        new(name, DotnetHost.Program, [.. program, "--config", configurationFile], logFile, environment);

    /// <summary>The child that is the virtual board.</summary>
    /// <param name="program">Program and first arguments.</param>
    /// <param name="port">TCP port on loopback; 0 takes a free one.</param>
    /// <param name="users">Users of the switch.</param>
    /// <param name="light">Where the world hears what the switch lets through.</param>
    /// <param name="tagger">Where the world's tags come from, if they go through the board.</param>
    /// <param name="logFile">Log file.</param>
    internal static ChildSpec BoardSpec(
        IReadOnlyList<string> program, string port, int users, string light, string? tagger, string logFile) => new(
            DaemonFiles.BoardName,
            DotnetHost.Program,
            [
                .. program, "--json", "--tcp", port, "--users", users.ToString(CultureInfo.InvariantCulture), "--light", light,
                .. tagger is null ? (string[])["--tagger", "none"] : ["--tagger", "frontEnd", "--tags", tagger],
            ],
            logFile);

    private static string Beside(params ReadOnlySpan<string> parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);
}
