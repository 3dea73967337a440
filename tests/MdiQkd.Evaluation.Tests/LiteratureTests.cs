using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Literature;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Tests;

public sealed class LiteratureTests
{
    [Fact]
    public void Every_system_can_be_predicted_at_its_figures_and_at_both_ends_of_what_is_unknown()
    {
        Assert.NotEmpty(PublishedSystems.All);
        foreach (PublishedSystem system in PublishedSystems.All)
        {
            Assert.NotNull(system.Prediction);
            Assert.NotEmpty(system.Points);
            foreach (PublishedPoint point in system.Points)
            {
                EvaluationScenario scenario = system.ScenarioAt(point.At, point.X);
                Assert.Equal(point.X, point.At == "loss" ? scenario.TotalLossDb : scenario.TotalLengthKm, 9);
                Assert.NotEqual(system.ScenarioAt(point.At, point.X, 0), system.ScenarioAt(point.At, point.X, 1));
                Assert.True(point is not { BitsPerSecond: not null, BitsPerSlot: not null }, "one unit");
            }
        }
    }

    [Theory]
    [InlineData("Zheng 2021")]
    [InlineData("Semenenko 2020")]
    public void Published_figures_lie_between_the_worst_and_the_best_prediction(string name)
    {
        PublishedSystem system = PublishedSystems.All.Single(system => system.Name == name);
        PublishedPoint point = system.Points[0];
        ComparedPoint compared = new(system, point, At(null), At(0), At(1));

        Assert.True(compared.IsWithin);
        Assert.InRange(compared.Predicted.BitsPerSlot, compared.Worst.BitsPerSlot, compared.Best.BitsPerSlot);

        EvaluatedPoint At(int? end) => CurveEvaluator.Evaluate(system.Prediction, system.ScenarioAt(point.At, point.X, end), point.X);
    }
}
