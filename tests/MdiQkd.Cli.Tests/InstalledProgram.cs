using System.Diagnostics;
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
    internal static Process Start(bool redirectInput, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(DotnetHost.Program, [FileName(), .. arguments])
        {
            RedirectStandardInput = redirectInput, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;

    private static string FileName()
    {
        string[] parts = AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        int tests = Array.LastIndexOf(parts, "tests");
        string root = "/" + Path.Combine([.. parts[..tests]]);
        return Path.Combine([root, "host", "tools", "MdiQkd.Cli", .. parts[(tests + 2)..], "mdiqkd.dll"]);
    }
}
