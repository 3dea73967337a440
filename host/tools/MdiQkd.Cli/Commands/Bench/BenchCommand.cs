using System.CommandLine;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>`mdiqkd bench`: how fast and how good the kernels are on this machine.</summary>
internal static class BenchCommand
{
    internal static Command Make() => new("bench", "Measure a kernel on this machine.")
    {
        ReconcileBench.Make(), AmplifyBench.Make(), AuthenticateBench.Make(), TagsBench.Make(), SimulateBench.Make(),
    };
}
