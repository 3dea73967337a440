using System.Diagnostics;
using System.Text.Json;

namespace MdiQkd.Cli.Tests;

/// <summary>`mdiqkd bench reconcile` as it is built and typed.</summary>
public sealed class InstalledReconcileBenchTests
{
    [Fact]
    public async Task Reports_every_figure_and_repeats_bit_for_bit_on_any_number_of_threads()
    {
        JsonElement one = await MeasureAsync("--threads", "1");
        JsonElement two = await MeasureAsync("--threads", "2");

        Assert.Equal(one.GetProperty("hash").GetString(), two.GetProperty("hash").GetString());
        foreach (string field in (ReadOnlySpan<string>)["f", "ferFirstRound", "ferResidual", "iterationsMean", "roundsMean"])
        {
            Assert.Equal(one.GetProperty(field).GetDouble(), two.GetProperty(field).GetDouble());
        }

        // Below 1 nothing decodes; above 1.3 the codes would be the first version's.
        Assert.InRange(one.GetProperty("f").GetDouble(), 1.05, 1.3);
        Assert.Equal(0, one.GetProperty("wrongPatterns").GetInt32());
        Assert.True(one.GetProperty("mbitPerSecondPerCore").GetDouble() > 0);

        // No failure in 6 frames: 1 - 0.05^(1/6).
        Assert.Equal(0.393, one.GetProperty("ferResidualUpper95").GetDouble(), 0.001);
    }

    [Theory]
    [InlineData("--qber", "0.2", "0.0001..0.11")]
    [InlineData("--qber", "much", "much")]
    [InlineData("--length", "0", "1..1048576")]
    [InlineData("--frames", "-1", "1..")]
    [InlineData("--code", "12", "no such code")]
    [InlineData("--f", "0.9", "1..3")]
    public async Task Bad_options_are_named(string option, string value, string says)
    {
        (int code, string output, string error) = await RunAsync(option, value);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> MeasureAsync(params string[] more)
    {
        (int code, string output, string error) = await RunAsync(
            ["--qber", "0.02", "--length", "60000", "--frames", "6", "--fixed-weight", .. more]);
        Assert.True(code == 0, error);
        using JsonDocument document = JsonDocument.Parse(output);
        return Assert.Single(document.RootElement.EnumerateArray()).Clone();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using Process program = InstalledProgram.Start(redirectInput: false, ["bench", "reconcile", "--json", .. arguments]);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> output = program.StandardOutput.ReadToEndAsync(cancellation);
        string error = await program.StandardError.ReadToEndAsync(cancellation);
        await program.WaitForExitAsync(cancellation);
        return (program.ExitCode, await output, error);
    }
}
