using System.Runtime.InteropServices;

namespace MdiQkd.Cli.Processes;

/// <summary>
/// Notices that `dotnet run`, which started this process, was killed. Any other parent (a shell, nohup, a service) may end
/// without taking the demo along.
/// </summary>
internal sealed partial class LauncherWatch
{
    private readonly int launcher = OperatingSystem.IsLinux() && ParentIsDotnet() ? Getppid() : 0;

    /// <summary>Whether the launcher has gone since this object was made.</summary>
    internal bool Gone => launcher != 0 && Getppid() != launcher;

    private static bool ParentIsDotnet()
    {
        try
        {
            return File.ReadAllText($"/proc/{Getppid()}/comm").Trim() == "dotnet";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int Getppid();
}
