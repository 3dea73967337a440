using System.Diagnostics;
using System.Globalization;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Tests;

/// <summary>Children are shell scripts or the stand-in program; Linux only, as the shell and /proc are.</summary>
public sealed class ChildProcessTests
{
    private const string ReadyLine = """echo '{"ready":true,"name":"x","url":"https://127.0.0.1:5"}'""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_child_is_ready_logs_and_stops_on_request()
    {
        using Scratch scratch = new();
        await using ChildProcess child = await StartAsync(scratch, $"echo hello >&2; {ReadyLine}; exec sleep 1000");

        Assert.Equal("https://127.0.0.1:5", child.Ready.GetProperty("url").GetString());
        await child.StopAsync();

        Assert.Equal(128 + 15, await child.Ended);
        Assert.True(Gone(child.Id));
        Assert.Equal("hello", File.ReadAllText(child.Spec.LogFile).Trim());
    }

    [Fact]
    public async Task A_child_that_ignores_the_request_is_killed()
    {
        using Scratch scratch = new();
        await using ChildProcess child = await StartAsync(scratch, $"trap '' TERM; {ReadyLine}; while :; do sleep 0.2; done");

        await child.StopAsync();

        Assert.Equal(128 + 9, await child.Ended);
    }

    [Fact]
    public async Task A_child_that_ends_before_it_is_ready_says_why()
    {
        using Scratch scratch = new();

        ChildProcessException e = await Assert.ThrowsAsync<ChildProcessException>(
            () => StartAsync(scratch, "echo 'error: port 7000 is in use' >&2; exit 1"));

        Assert.Equal("x ended before it was ready: port 7000 is in use", e.Message);
    }

    [Fact]
    public async Task A_child_that_is_never_ready_is_ended()
    {
        using Scratch scratch = new();

        ChildProcessException e = await Assert.ThrowsAsync<ChildProcessException>(
            () => StartAsync(scratch, "echo noise; echo $$ > " + scratch.Folder + "/id; exec sleep 1000", TimeSpan.FromSeconds(2)));

        Assert.Contains("was not ready after 2 s", e.Message, StringComparison.Ordinal);
        Assert.True(Gone(int.Parse(File.ReadAllText(scratch.Folder + "/id"), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_missing_program_is_one_line()
    {
        using Scratch scratch = new();

        ChildProcessException e = await Assert.ThrowsAsync<ChildProcessException>(() => ChildProcess.StartAsync(
            new ChildSpec("x", "/nowhere/program", [], Path.Combine(scratch.Folder, "x.log")), Patience, CancellationToken.None));

        Assert.StartsWith("x: cannot start /nowhere/program: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killing_the_parent_leaves_no_child()
    {
        using Scratch scratch = new();
        using Process parent = Process.Start(new ProcessStartInfo(
            DotnetHost.Program, [StandIn.Program, "parent", scratch.Folder]) { RedirectStandardOutput = true })!;
        string line = await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience) ?? "";
        int[] children = [.. line.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        Assert.Equal(2, children.Length);
        Assert.DoesNotContain(children, Gone);

        // Longer than the thread pool keeps an idle thread is too long for a test; the starter's own thread is what matters.
        parent.Kill();

        await Eventually(() => children.All(Gone), "children outlived their parent");
    }

    /// <summary>Whether a process has ended; a zombie has.</summary>
    internal static bool Gone(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    internal static async Task Eventually(Func<bool> condition, string otherwise)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, otherwise);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static Task<ChildProcess> StartAsync(Scratch scratch, string script, TimeSpan? timeout = null) =>
        ChildProcess.StartAsync(
            new ChildSpec("x", "/bin/sh", ["-c", script], Path.Combine(scratch.Folder, "x.log")),
            timeout ?? Patience,
            CancellationToken.None);
}
