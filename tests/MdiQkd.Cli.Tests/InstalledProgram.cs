using System.Diagnostics;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Tests;

/// <summary>
/// The program in its own output folder, which holds the daemons too: <c>host/tools/MdiQkd.Cli/bin/…</c> in the tree that the
/// tests lie in.
/// </summary>
internal static class InstalledProgram
{
    /// <summary>Longest time that a test waits for it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts it with standard output and standard error redirected, and standard input if wanted.</summary>
    internal static Process Start(bool redirectInput, params string[] arguments) => Start(Info(redirectInput, arguments));

    /// <summary>Starts it with a switch of the runtime, as an environment variable, set to 0.</summary>
    internal static Process StartWithout(string runtimeSwitch, params string[] arguments)
    {
        ProcessStartInfo info = Info(redirectInput: false, arguments);
        info.Environment[runtimeSwitch] = "0";
        return Start(info);
    }

    private static Process Start(ProcessStartInfo info) => Process.Start(info)!;

    private static ProcessStartInfo Info(bool redirectInput, string[] arguments) => new(DotnetHost.Program, [FileName(), .. arguments])
    {
        RedirectStandardInput = redirectInput, RedirectStandardOutput = true, RedirectStandardError = true,
    };

    /// <summary>The production daemons that lie beside it.</summary>
    internal static DaemonPrograms Daemons => new(
        [FileName(), "world"], [FileName(), "board", "simulate"], [Beside("hub", "MdiQkd.Hub.dll")], [Beside("node", "MdiQkd.Node.dll")],
        [FileName(), "seeded-node"]);

    private static string Beside(string folder, string file) => Path.Combine(Path.GetDirectoryName(FileName())!, folder, file);

    private static string FileName()
    {
        string[] parts = AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        int tests = Array.LastIndexOf(parts, "tests");
        string root = "/" + Path.Combine([.. parts[..tests]]);
        return Path.Combine([root, "host", "tools", "MdiQkd.Cli", .. parts[(tests + 2)..], "mdiqkd.dll"]);
    }
}
