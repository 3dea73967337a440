using MdiQkd.Cli.Networks;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Cli.Tests;

public sealed class EvaluatedNetworksTests
{
    [Fact]
    public void The_default_network_is_evaluated_as_the_demo_runs_it()
    {
        EvaluatedNetwork network = EvaluatedNetworks.Read(null);

        Assert.Equal(["inta-1", "inta-2", "sgsics"], network.Users.Select(user => user.Name));
        Assert.Equal(9, network.Users[0].Arm.LossDb, 9);
        Assert.Equal(3, network.Pairs.Count);
        EvaluationScenario scenario = network.Scenario.Validated();

        // 10 minutes, less one pilot slot in 1,024.
        Assert.Equal(600 * 1023 / 1024.0, scenario.Block.Seconds, 9);
        Assert.Equal((60, 10, 5000), (scenario.Sharing.SessionSeconds, scenario.Sharing.SettlingTimeMs, scenario.Sharing.RelockTimeMs));
        Assert.Equal((9.0, 11.0), (Math.Round(scenario.ArmA.LossDb, 9), Math.Round(scenario.ArmB.LossDb, 9)));
        Assert.Equal((0.97, 0.8, 200.0), (scenario.Interference.Overlap, scenario.Detectors.Efficiency, 1e-6 * scenario.Timing.SlotRateHz));
    }

    [Fact]
    public void A_faulty_file_is_told_as_the_demo_tells_it() =>
        Assert.Contains(
            "/nowhere.json: cannot be read",
            Assert.Throws<ScenarioException>(() => EvaluatedNetworks.Read("/nowhere.json")).Message,
            StringComparison.Ordinal);
}
