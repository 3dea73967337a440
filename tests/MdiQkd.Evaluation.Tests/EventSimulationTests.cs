using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Validation;
using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Tests;

public sealed class EventSimulationTests(ITestOutputHelper output)
{
    private static readonly SourceSettings A = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);
    private static readonly SourceSettings B = SourceSettings.FromReal(0.612, 0.213, 0.077, 0.720, 0.067, 0.187);

    private static readonly EvaluationScenario Scenario = EvaluationScenario.Default with { ArmA = new(30), ArmB = new(40) };

    [Fact]
    public void Theory_of_the_scenario_agrees()
    {
        SimulationCheck check = EventSimulation.Check(Scenario, A, B, 5);
        output.WriteLine(string.Join('\n', check.Counts.Select(count => $"{count} {count.Sigma:F2}")));
        Assert.False(check.Differs);
        Assert.Equal(24, check.Counts.Count);
    }

    /// <remarks>Raman light of some thousand times the dark counts, from fibre of two lengths; without them in theory the same events differ.</remarks>
    [Fact]
    public void Theory_with_raman_light_agrees_and_without_it_differs()
    {
        EvaluationScenario raman = Quantity.Find("launch-power")!.With(Scenario, -14);
        Assert.InRange(raman.Station.Detectors.DarkRateHz, 5e4, 5e5);
        SimulationCheck check = EventSimulation.Check(raman, A, B, 8);
        output.WriteLine(string.Join('\n', check.Counts.Select(count => $"{count} {count.Sigma:F2}")));
        Assert.False(check.Differs);
        Assert.True(EventSimulation.Check(Scenario, A, B, 8, raman).Differs);
    }

    [Fact]
    public void Both_bell_states_are_counted_where_detectors_are_fast_enough()
    {
        EvaluationScenario fast = Scenario with
        {
            Detectors = Scenario.Detectors with { DeadTimePs = 2000 }, Block = Scenario.Block with { AcceptPsiPlus = true },
        };
        SimulationCheck check = EventSimulation.Check(fast, A, B, 6);
        output.WriteLine(string.Join('\n', check.Counts.Select(count => $"{count} {count.Sigma:F2}")));
        Assert.False(check.Differs);
        Assert.Equal(12, check.Counts.Count);
    }

    [Theory]
    [InlineData("overlap", 0.5)]
    [InlineData("misalignment-z", 0.002)]
    [InlineData("efficiency", 0.81)]
    [InlineData("dead-time", 25)]
    public void A_world_that_theory_does_not_know_is_marked(string quantity, double value)
    {
        SimulationCheck check = EventSimulation.Check(Scenario, A, B, 7, Quantity.Find(quantity)!.With(Scenario, value));
        output.WriteLine($"{check.Worst} {check.Worst.Sigma:F1}");
        Assert.True(check.Differs);
    }

    [Theory]
    [InlineData(100, 100, 0)]
    [InlineData(100, 140, 3.6)]
    [InlineData(10_000, 9_500, -5.1)]
    [InlineData(0.01, 1, 1.4)]
    [InlineData(0, 0, 0)]
    public void Differences_are_in_standard_deviations(double expected, long count, double sigma) =>
        Assert.Equal(sigma, new CheckedCount("n", expected, count).Sigma, 0.1);
}
