using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Tests;

public sealed class ScenarioReaderTests
{
    [Fact]
    public void The_example_is_the_default() =>
        Assert.Equal(EvaluationScenario.Default, ScenarioReader.Parse(ScenarioReader.ExampleText, "example"));

    [Theory]
    [InlineData("\"efficiency\": 0.8", "\"efficiency\": 1.8", "efficiency = 1.8")]
    [InlineData("\"slotPeriodPs\": 5000", "\"slotPeriodPs\": 5", "slotPeriodPs = 5")]
    [InlineData("\"epsilon\": 1e-10", "\"epsilon\": 1", "eps = 1: allowed is 1E-300 to 0.49")]
    [InlineData("\"seconds\": 600", "\"seconds\": -1", "block-time = -1: allowed is")]
    [InlineData("Efficiency\": null", "Efficiency\": 0.9", "ec-efficiency = 0.9: allowed is 1 to 10")]
    [InlineData("\"users\": 2", "\"users\": 1", "users = 1: allowed is 2 to 64")]
    [InlineData("\"phaseSlices\": 16", "\"phaseSlices\": 7", "Slices = 7: allowed is an even number from 4 to 256")]
    [InlineData("\"seconds\": 600", "\"second\": 600", "second")]
    [InlineData("\"method\": \"doubleScan\"", "\"method\": \"tripleScan\"", "block.method")]
    [InlineData("\"deadTimePs\": 30000,", "", "deadTimePs")]
    [InlineData("\"overlap\": 0.97", "\"overlap\": \"high\"", "interference.overlap")]
    public void A_fault_is_one_line_that_names_it(string good, string bad, string expected)
    {
        Assert.Contains(good, ScenarioReader.ExampleText, StringComparison.Ordinal);
        string text = ScenarioReader.ExampleText.Replace(good, bad, StringComparison.Ordinal);
        ScenarioException refusal = Assert.Throws<ScenarioException>(() => ScenarioReader.Parse(text, "mine.json"));
        Assert.StartsWith("mine.json:", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_missing_file_is_one_line() =>
        Assert.StartsWith(
            "/nowhere.json: cannot be read: ",
            Assert.Throws<ScenarioException>(() => ScenarioReader.Read("/nowhere.json")).Message,
            StringComparison.Ordinal);
}
