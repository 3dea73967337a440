using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.StandIn;

/// <summary>A process with two children, to be killed: prints their ids in one line, then waits for ever.</summary>
internal static class StandInParent
{
    internal static async Task<int> RunAsync(string folder)
    {
        string program = typeof(StandInParent).Assembly.Location;
        List<int> ids = [];
        foreach (string name in new[] { "one", "two" })
        {
            ChildProcess child = await ChildProcess.StartAsync(
                new ChildSpec(
                    name,
                    DotnetHost.Program,
                    [program, "idle", "--config", "none"],
                    Path.Combine(folder, name + ".log")),
                TimeSpan.FromSeconds(60),
                CancellationToken.None);
            ids.Add(child.Id);
        }

        Console.WriteLine(string.Join(' ', ids));
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
