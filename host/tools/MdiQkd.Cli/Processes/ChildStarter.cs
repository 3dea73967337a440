using System.Collections.Concurrent;
using System.Diagnostics;

namespace MdiQkd.Cli.Processes;

/// <summary>
/// Starts processes on one thread that lives as long as this process. Linux sends the parent-death signal (prctl(2),
/// PR_SET_PDEATHSIG) when the *thread* that forked ends: a child started from the thread pool would be killed as soon as the
/// pool retires that thread, seconds or minutes later.
/// </summary>
internal static class ChildStarter
{
    private static readonly Lazy<BlockingCollection<Action>> Requests = new(StartThread);

    /// <summary>Starts the process; completes when it runs, or with the exception of <see cref="Process.Start()"/>.</summary>
    internal static Task StartAsync(Process process)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Value.Add(() =>
        {
            try
            {
                process.Start();
                done.SetResult();
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> StartThread()
    {
        BlockingCollection<Action> requests = [];
        new Thread(() =>
        {
            foreach (Action request in requests.GetConsumingEnumerable())
            {
                request();
            }
        })
        { IsBackground = true, Name = "child starter" }.Start();
        return requests;
    }
}
