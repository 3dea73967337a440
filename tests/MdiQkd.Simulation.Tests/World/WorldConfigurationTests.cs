using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

public sealed class WorldConfigurationTests
{
    private const string Example = """
        {
          "timing": { "slotPeriodPs": 5000, "binSpacingPs": 2500, "windowPs": 500 },
          "detectors": { "efficiency": 0.8, "darkRateHz": 100, "deadTimePs": 30000, "jitterFwhmPs": 40 },
          "interference": { "overlap": 0.97, "extinction": 0.003, "phaseErrorRad": 0.1 },
          "switch": { "input1Port": 0, "input2Port": 0, "settlingTimeMs": 10, "relockTimeMs": 5000 },
          "users": [
            { "name": "inta-1", "port": 1, "lossDb": 9 },
            { "name": "inta-2", "port": 2, "lossDb": 11, "encoderPort": 7102 }
          ],
          "fidelity": "singles",
          "seed": 7
        }
        """;

    [Fact]
    public void The_example_parses_and_goes_round()
    {
        Assert.True(WorldConfiguration.TryParse(Example, out WorldConfiguration? configuration, out string fault), fault);
        Assert.Equal(Fidelity.Singles, configuration!.Fidelity);
        Assert.Equal(7, configuration.Seed);
        Assert.Equal((3, 4), (configuration.Input1Port, configuration.Input2Port));
        Assert.Equal(7102, configuration.Users[1].EncoderPort);
        Assert.True(WorldConfiguration.TryParse(configuration.ToJson(), out WorldConfiguration? again, out fault), fault);
        Assert.Equal(configuration.ToJson(), again!.ToJson());
    }

    [Theory]
    [InlineData("\"overlap\": 0.97", "\"overlap\": 1.5", "interference: overlap = 1.5 is outside 0..1")]
    [InlineData("\"efficiency\": 0.8", "\"efficiency\": -1", "detectors: efficiency = -1 is outside 0..1")]
    [InlineData("\"windowPs\": 500", "\"windowPs\": 5000", "timing: windowPs")]
    [InlineData("\"jitterFwhmPs\": 40", "\"jitterFwhmPs\": 4000", "jitterFwhmPs = 4000")]
    [InlineData("\"port\": 2", "\"port\": 1", "port is there twice")]
    [InlineData("\"name\": \"inta-2\"", "\"name\": \"inta-1\"", "name is there twice")]
    [InlineData("\"lossDb\": 11", "\"lossDb\": 1e9", "lossDb = 1000000000 is outside 0..200")]
    [InlineData("\"settlingTimeMs\": 10", "\"settlingTimeMs\": -1", "switch: settlingTimeMs = -1")]
    [InlineData("\"input2Port\": 0", "\"input2Port\": 9", "input ports 0 and 9")]
    [InlineData("\"seed\": 7", "\"sead\": 7", "sead")]
    [InlineData("\"fidelity\": \"singles\"", "\"fidelity\": \"best\"", "fidelity")]
    [InlineData("\"seed\": 7", "\"seed\": ", "invalid")]
    public void Faults_are_one_line_with_the_key(string from, string to, string expected)
    {
        Assert.False(WorldConfiguration.TryParse(
            Example.Replace(from, to, StringComparison.Ordinal), out WorldConfiguration? configuration, out string fault));
        Assert.Null(configuration);
        Assert.Contains(expected, fault, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', fault);
    }

    [Fact]
    public void A_dead_time_beyond_the_chain_asks_for_singles()
    {
        string slow = Example.Replace("30000", "1e7", StringComparison.Ordinal);
        Assert.True(WorldConfiguration.TryParse(slow, out _, out string fault), fault);
        Assert.False(WorldConfiguration.TryParse(
            slow.Replace("singles", "coincidences", StringComparison.Ordinal), out _, out fault));
        Assert.Contains("use fidelity singles", fault, StringComparison.Ordinal);
    }
}
