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

    private static string Beside(params ReadOnlySpan<string> parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);
}
