using System.Runtime.InteropServices;

namespace MdiQkd.Transport;

/// <summary>
/// Ends this process when its parent dies (Linux, prctl PR_SET_PDEATHSIG), so that a killed demo leaves nothing behind.
/// Only for processes started by a tool, which asks for it by an environment variable.
/// </summary>
public static partial class ParentWatch
{
    /// <summary>Set to the parent's process id by a tool that wants its children to die with it.</summary>
    public const string Variable = "MDIQKD_DIE_WITH_PARENT";

    private const int SetParentDeathSignal = 1;
    private const int SignalKill = 9;

    /// <summary>
    /// Arms the watch if the variable is set. Must run on the main thread, before anything else: the signal is tied to the
    /// thread that forked, and a parent that died before the call is found by its process id.
    /// </summary>
    public static void Arm()
    {
        if (!OperatingSystem.IsLinux()
            || !int.TryParse(Environment.GetEnvironmentVariable(Variable), out int parent))
        {
            return;
        }

        _ = Prctl(SetParentDeathSignal, SignalKill, 0, 0, 0);
        if (parent > 1 && Getppid() != parent)
        {
            Environment.Exit(1);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int Getppid();
}
