using System.Text.Json.Nodes;
using MdiQkd.Evaluation.Commands;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Tests;

public sealed class NetworkCheckCommandTests
{
    private static readonly SourceSettings Source = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);

    [Fact]
    public async Task Every_pair_is_listed_with_its_margin()
    {
        CommandRun run = await RunAsync(Network(600, 30, Source));

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Matches(@"a - b +given .* enough", run.Output);
        Assert.Matches(@"a - c +optimised .* enough", run.Output);
    }

    [Fact]
    public async Task A_block_too_short_is_told_with_what_would_do_and_that_does()
    {
        CommandRun run = await RunAsync(Network(60, 55, Source), "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("warning: a - b: the expected key of", run.Error, StringComparison.Ordinal);
        JsonNode result = JsonNode.Parse(run.Output)!;
        Assert.Equal(5, (double)result["plannedSigmas"]!);
        Assert.False((bool)result["isEnough"]!);
        JsonNode pair = result["pairs"]![0]!;
        Assert.False((bool)pair["isEnough"]!);
        double longer = (double)pair["longerBlocks"]!;
        Assert.True(longer > 1);
        Assert.Equal((int)pair["sourceA"]!["zMicro"]!, Source.ZMicro);

        // To 1 %: a little less is not enough.
        Assert.True(PairAt(60 * longer).IsEnough);
        Assert.False(PairAt(60 * longer / 1.02).IsEnough);

        static PlannedPair PairAt(double seconds)
        {
            EvaluatedNetwork network = Network(seconds, 55, Source);
            return PlannedPair.Of(network, network.Pairs[0]);
        }
    }

    [Fact]
    public async Task A_hopeless_pair_is_told_so()
    {
        CommandRun run = await RunAsync(Network(600, 300, Source));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no longer block helps", run.Error, StringComparison.Ordinal);
        Assert.Matches(@"a - b .* no key", run.Output);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_one_line_and_code_2()
    {
        CommandRun run = await CommandRun.OfAsync(
            NetworkCheckCommand.Make(file => throw new ScenarioException($"{file}: cannot be read")), "nowhere.json");

        Assert.Equal((2, "", "error: nowhere.json: cannot be read"), (run.ExitCode, run.Output, run.Error.Trim()));
    }

    private static EvaluatedNetwork Network(double seconds, double kmB, SourceSettings? source) => new(
        "three sites",
        EvaluationScenario.Default with { Block = new BlockAssumptions(seconds) },
        [new("a", new(30)), new("b", new(kmB)), new("c", new(10))],
        [new("a", "b", source, source), new("a", "c", null, null)]);

    private static Task<CommandRun> RunAsync(EvaluatedNetwork network, params string[] arguments) =>
        CommandRun.OfAsync(NetworkCheckCommand.Make(_ => network), arguments);
}
