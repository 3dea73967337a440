using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;

namespace MdiQkd.Cli.Tests;

/// <summary>
/// What `demo --drift` is, on a small scale: the installed daemons, one pair with 6 dB an arm, light that is off at the start and drifts.
/// </summary>
public sealed class DriftingDemoTests(ITestOutputHelper output)
{
    private static readonly NetworkFile Network = NetworkReader.Example with
    {
        Switch = NetworkReader.Example.Switch with { RelockTimeMs = 10 },
        Security = new(1e-4, 1e-10),
        Users = [.. NetworkReader.Example.Users.Take(2).Select(user => user with { LengthKm = 15 })],
        Pairs = [.. NetworkReader.Example.Pairs.Take(1)],
    };

    private readonly List<DemoView> views = [];

    /// <remarks>The light has to be aligned within 30 s; what is left of the session gives the key.</remarks>
    [Fact]
    public async Task With_feedback_the_light_is_aligned_and_both_applications_get_the_key()
    {
        DemoSummary summary = await RunAsync(feedback: true, sessionSeconds: 45);

        Assert.Null(summary.Error);
        Assert.True(Assert.Single(summary.Pairs) is { KeysEqual: true, AbortedBlocks: 0, SecretBits: > 0 });
        Assert.Contains(views, view => view.SwitchState.Contains(", aligned", StringComparison.OrdinalIgnoreCase));
    }

    /// <remarks>Nobody holds the events back that drift spoils, and each block ends without a key, with the reason.</remarks>
    [Fact]
    public async Task Without_feedback_there_is_no_key_and_the_demo_fails_with_the_reason()
    {
        DemoSummary summary = await RunAsync(feedback: false, sessionSeconds: 8);

        Assert.Contains(" blocks without a key (", summary.Error, StringComparison.Ordinal);
        Assert.True(Assert.Single(summary.Pairs) is { KeysEqual: false, Blocks: 0, AbortedBlocks: >= DemoRun.AbortedBlocksMax });
    }

    private async Task<DemoSummary> RunAsync(bool feedback, int sessionSeconds)
    {
        using Scratch scratch = new();
        NetworkFile network = Network.Drifting(feedback) with
        {
            Block = Network.Block with { Sessions = 1, SlotsPerSession = sessionSeconds * 200_000_000L },
        };
        DemoOptions options = new(
            network, Seed: 7, Path.Combine(scratch.Folder, "demo"), Blocks: 1, TimeSpan.FromMinutes(5), InstalledProgram.Daemons);
        DemoSummary summary = await new DemoRun(options, TimeProvider.System, views.Add).ExecuteAsync(TestContext.Current.CancellationToken);
        output.WriteLine($"{summary.SimulatedSeconds:F1} s simulated in {summary.ElapsedSeconds:F1} s; {summary.Error}");
        return summary;
    }
}
