using MdiQkd.Cli.Demo;

namespace MdiQkd.Cli.Tests;

/// <summary>The stand-in program, which lies beside the tests.</summary>
internal static class StandIn
{
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "MdiQkd.Cli.StandIn.dll");

    /// <summary>A whole network of stand-ins.</summary>
    internal static DaemonPrograms Programs(string[]? hubFlags = null, params string[] nodeFlags) => new(
        [Program, "world"],
        [Program, "board"],
        [Program, "hub", .. hubFlags ?? []],
        [Program, "node", .. nodeFlags],
        [Program, "node", .. nodeFlags]);
}
