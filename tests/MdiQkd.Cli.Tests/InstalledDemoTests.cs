using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MdiQkd.Cli.Tests;

/// <summary>The program as it is built, with the real daemons, up to the moment when all of them run.</summary>
public sealed partial class InstalledDemoTests
{
    private const int SignalInterrupt = 2;
    private const int SignalTerminate = 15;

    private static readonly TimeSpan Patience = InstalledProgram.Patience;

    [Fact]
    public async Task Killing_the_demo_leaves_no_daemon()
    {
        using Scratch scratch = new();
        using Process demo = Start("demo", "--keep", Path.Combine(scratch.Folder, "demo"));
        int[] daemons = await DaemonsOfAsync(scratch, demo);

        demo.Kill();

        await ChildProcessTests.Eventually(() => daemons.All(ChildProcessTests.Gone), "daemons outlived the demo");
    }

    [Theory]
    [InlineData(SignalInterrupt)]
    [InlineData(SignalTerminate)]
    public async Task An_interrupt_ends_everything_and_is_told_in_one_json_document(int signal)
    {
        Assert.SkipWhen(IsIgnored(signal), $"this test run was started with signal {signal} ignored, which children inherit");
        using Scratch scratch = new();
        using Process demo = Start("demo", "--json", "--seed", "7", "--keep", Path.Combine(scratch.Folder, "demo"));
        Task<string> output = demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        int[] daemons = await DaemonsOfAsync(scratch, demo);

        Assert.Equal(0, SendSignal(demo.Id, signal));
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(128 + signal, demo.ExitCode);
        Assert.All(daemons, id => Assert.True(ChildProcessTests.Gone(id)));
        using JsonDocument document = JsonDocument.Parse(await output);
        Assert.Equal("interrupted", document.RootElement.GetProperty("error").GetString());
        Assert.Equal(7, document.RootElement.GetProperty("seed").GetInt32());
        Assert.False(document.RootElement.GetProperty("realKeys").GetBoolean());
    }

    [Theory]
    [InlineData(2, "'--colour'", "demo", "--json", "--colour")]
    [InlineData(2, "--timeout 0: 1..86400 seconds", "demo", "--json", "--timeout", "0")]
    [InlineData(2, "/nowhere.json: cannot be read", "demo", "--json", "--network", "/nowhere.json")]
    [InlineData(1, "a new or empty folder is needed", "demo", "--json", "--keep", "/proc")]
    public async Task Bad_input_is_one_line_and_one_json_document(int code, string expected, params string[] arguments)
    {
        using Process demo = Start(arguments);
        string output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(code, demo.ExitCode);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Contains(expected, document.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("demo", "--help")]
    [InlineData("network", "--help")]
    [InlineData("network", "example", "--help")]
    [InlineData("network", "check", "--help")]
    [InlineData("keylength", "--help")]
    [InlineData("bench", "--help")]
    [InlineData("bench", "amplify", "--help")]
    [InlineData("bench", "authenticate", "--help")]
    [InlineData("evaluate", "--help")]
    [InlineData("evaluate", "tolerance", "--help")]
    [InlineData("evaluate", "literature", "--help")]
    [InlineData("world", "--help")]
    [InlineData("seeded-node", "--help")]
    public async Task Every_command_has_help(params string[] arguments)
    {
        using Process demo = Start(arguments);
        string output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    private static bool IsIgnored(int signal)
    {
        string mask = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return ((Convert.ToUInt64(mask["SigIgn:".Length..].Trim(), 16) >> (signal - 1)) & 1) != 0;
    }

    private static Process Start(params string[] arguments)
    {
        Process process = InstalledProgram.Start(redirectInput: false, arguments);
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until world, hub and three nodes are there, and one node has answered the demo.</summary>
    private static async Task<int[]> DaemonsOfAsync(Scratch scratch, Process demo)
    {
        int[] found = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (found.Length < 5)
        {
            Assert.True(watch.Elapsed < Patience && !demo.HasExited, "the daemons did not come up");
            await Task.Delay(100, TestContext.Current.CancellationToken);
            found = [.. Directory.EnumerateDirectories("/proc").Where(process => IsDaemon(process, scratch, demo.Id))
                .Select(process => int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture))];
        }

        return found;
    }

    private static bool IsDaemon(string process, Scratch scratch, int demo)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out int id) && id != demo
                && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(scratch.Folder, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
