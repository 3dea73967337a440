using System.Text.Json;
using MdiQkd.Cli.Demo;

namespace MdiQkd.Cli.Tests;

public sealed class DemoSummaryTests
{
    [Fact]
    public void The_json_has_the_members_of_the_specification()
    {
        DemoSummary summary = new(
            [PairSummary.Of(Views.Pair(Views.Good()), 2000, keysEqual: true)], 2000, 100, 7, RealKeys: false, 0, TagPath.Board, null);

        using JsonDocument document = JsonDocument.Parse(summary.ToJson());
        JsonElement pair = document.RootElement.GetProperty("pairs")[0];
        Assert.Equal("inta-1", pair.GetProperty("a").GetString());
        Assert.Equal("inta-2", pair.GetProperty("b").GetString());
        Assert.Equal(1, pair.GetProperty("blocks").GetInt32());
        Assert.Equal(20_000_000, pair.GetProperty("announced").GetInt64());
        Assert.Equal(14_000_000, pair.GetProperty("sifted").GetInt64());
        Assert.Equal(0.0075, pair.GetProperty("qberZ").GetDouble(), 12);
        Assert.Equal(0.1525, pair.GetProperty("phaseErrorUpper").GetDouble(), 12);
        Assert.Equal(1_052_000, pair.GetProperty("leakEc").GetInt64());

        // 1,052,000 / (14,000,000 · h(0.0075)), h(0.0075) = 0.063722
        Assert.Equal(1.1792, pair.GetProperty("f").GetDouble(), 3);
        Assert.Equal(1_400_000, pair.GetProperty("secretBits").GetInt64());
        Assert.Equal(1_400_000 / 600.0, pair.GetProperty("secretBitsPerConnectedSecond").GetDouble(), 9);
        Assert.Equal(700, pair.GetProperty("secretBitsPerSimulatedSecond").GetDouble(), 9);
        Assert.True(pair.GetProperty("keysEqual").GetBoolean());
        Assert.Equal(2000, document.RootElement.GetProperty("simulatedSeconds").GetDouble());
        Assert.Equal(100, document.RootElement.GetProperty("elapsedSeconds").GetDouble());
        Assert.Equal(7u, document.RootElement.GetProperty("seed").GetUInt64());
        Assert.False(document.RootElement.GetProperty("realKeys").GetBoolean());
        Assert.Equal("board", document.RootElement.GetProperty("tags").GetString());
        Assert.False(document.RootElement.TryGetProperty("error", out _));
    }

    [Fact]
    public void Blocks_add_up_and_aborted_ones_are_told_apart()
    {
        PairSummary pair = PairSummary.Of(
            Views.Pair(Views.Good("1"), Views.Bad(), Views.Good("3") with { QberZ = 0.0175, PhaseErrorUpper = 0.2 }),
            2000,
            keysEqual: false);

        Assert.Equal(2, pair.Blocks);
        Assert.Equal(28_000_000, pair.Sifted);
        Assert.Equal(0.0125, pair.QberZ!.Value, 12);
        Assert.Equal(0.2, pair.PhaseErrorUpper);
        Assert.Equal(2_800_000, pair.SecretBits);
        Assert.Equal(1, pair.AbortedBlocks);
        Assert.Contains("above the cap", pair.LastAbort, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_valid_json_without_numbers_that_do_not_exist()
    {
        DemoSummary summary = new([PairSummary.Of(Views.Pair(), 0, false)], 0, 1, null, true, 0, TagPath.Array, "the hub died");

        using JsonDocument document = JsonDocument.Parse(summary.ToJson());
        Assert.Equal("the hub died", document.RootElement.GetProperty("error").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("pairs")[0].GetProperty("qberZ").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("seed").ValueKind);
    }
}
