using System.Runtime.InteropServices;

namespace MdiQkd.Cli.Processes;

/// <summary>The <c>dotnet</c> executable that runs this program: found from the runtime, not from PATH.</summary>
internal static class DotnetHost
{
    /// <summary>Full path of the executable, or plain <c>dotnet</c> if the runtime lies elsewhere (self-contained).</summary>
    internal static string Program { get; } = Find();

    private static string Find()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/ holds the runtime.
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string program = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(program) ? program : "dotnet";
    }
}
