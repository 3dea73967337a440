using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;

namespace MdiQkd.Cli.Tests;

/// <summary>The whole orchestration with stand-in daemons: real processes, real TLS, no physics.</summary>
public sealed class DemoRunTests
{
    // Two nodes are enough for everything but the full mesh.
    private static readonly NetworkFile Small = NetworkReader.Example with
    {
        Users = [.. NetworkReader.Example.Users.Take(2)], Pairs = [.. NetworkReader.Example.Pairs.Take(1)],
    };

    private readonly List<DemoView> views = [];

    [Fact]
    public async Task All_pairs_get_equal_keys_and_no_process_is_left()
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(), scratch, NetworkReader.Example);

        Assert.Null(summary.Error);
        Assert.Equal(3, summary.Pairs.Count);
        Assert.All(summary.Pairs, pair => Assert.True(pair.KeysEqual));
        Assert.All(summary.Pairs, pair => Assert.True(pair is { Blocks: >= 1, SecretBits: > 0 }));
        Assert.True(summary.SimulatedSeconds > 0);
        Assert.Equal(3, views[^1].Notes.Count(note => note.Contains("SHA-256", StringComparison.Ordinal)));
        Assert.Equal("inta-1 – inta-2 (measuring)", views[^1].SwitchState);
        Assert.True(views[^1].Pairs[0].Connected);
        Assert.False(views[^1].Pairs[1].Connected);
        AssertNothingRuns(scratch);
    }

    [Theory]
    [InlineData("die-once=inta-2")]
    [InlineData("die-asked=inta-2")]
    public async Task A_node_that_dies_is_started_again_and_told(string flag)
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(null, flag), scratch);

        Assert.Null(summary.Error);
        Assert.Equal(1, summary.Restarts);
        Assert.Contains(views[^1].Notes, note => note == "inta-2 died (exit code 77), started again (1 of 5)");
        AssertNothingRuns(scratch);
    }

    [Fact]
    public async Task A_dead_hub_ends_the_demo_with_a_clear_error()
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(["die"]), scratch);

        Assert.Equal("hub died: exit code 77", summary.Error);
        AssertNothingRuns(scratch);
    }

    [Fact]
    public async Task A_node_that_cannot_start_ends_the_demo_with_its_own_words()
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(null, "refuse"), scratch);

        Assert.EndsWith("ended before it was ready: the store is damaged", summary.Error, StringComparison.Ordinal);
        AssertNothingRuns(scratch);
    }

    [Fact]
    public async Task Pairs_without_a_key_are_given_up_and_fail_the_demo()
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(null, "no-key"), scratch);

        Assert.Contains("blocks without a key (qberTooHigh: QBER 0.06 is above the cap)", summary.Error, StringComparison.Ordinal);
        Assert.All(summary.Pairs, pair => Assert.False(pair.KeysEqual));
        Assert.All(summary.Pairs, pair => Assert.True(pair.AbortedBlocks >= DemoRun.AbortedBlocksMax));
    }

    [Fact]
    public async Task Different_keys_fail_the_demo()
    {
        using Scratch scratch = new();
        DemoSummary summary = await RunAsync(StandIn.Programs(null, "unequal"), scratch);

        Assert.Contains("inta-1 – inta-2: the applications got different keys", summary.Error, StringComparison.Ordinal);
        Assert.All(summary.Pairs, pair => Assert.False(pair.KeysEqual));
    }

    [Fact]
    public async Task An_interrupted_demo_leaves_nothing()
    {
        using Scratch scratch = new();
        using CancellationTokenSource interrupt = new();
        DemoRun run = new(
            Options(StandIn.Programs(), scratch),
            TimeProvider.System,
            view =>
            {
                views.Add(view);
                if (view.SwitchState != "starting")
                {
                    interrupt.Cancel();
                }
            });

        DemoSummary summary = await run.ExecuteAsync(interrupt.Token);

        Assert.Equal("interrupted", summary.Error);
        AssertNothingRuns(scratch);
    }

    private Task<DemoSummary> RunAsync(DaemonPrograms programs, Scratch scratch, NetworkFile? network = null) =>
        new DemoRun(Options(programs, scratch, network), TimeProvider.System, views.Add).ExecuteAsync(CancellationToken.None);

    private static DemoOptions Options(DaemonPrograms programs, Scratch scratch, NetworkFile? network = null) => new(
        network ?? Small, null, Path.Combine(scratch.Folder, "demo"), Blocks: 1, TimeSpan.FromSeconds(60), programs);

    // Every child has the demo's folder in its command line.
    private static void AssertNothingRuns(Scratch scratch)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out int id))
            {
                continue;
            }

            try
            {
                string command = File.ReadAllText(Path.Combine(process, "cmdline"));
                Assert.False(command.Contains(scratch.Folder, StringComparison.Ordinal) && !ChildProcessTests.Gone(id), command);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }
    }
}
