using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Tests;

public sealed class QuantityTests
{
    public static TheoryData<string> Names => [.. Quantity.All.Select(quantity => quantity.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_put_is_got_and_the_usual_sweep_is_allowed(string name)
    {
        Quantity quantity = Quantity.Find(name)!;
        foreach (double value in new[] { quantity.SweepFrom, quantity.SweepTo, 0.5 * (quantity.SweepFrom + quantity.SweepTo) })
        {
            EvaluationScenario scenario = quantity.With(EvaluationScenario.Default, value).Validated();

            // Picoseconds and users are whole numbers: half a unit at most.
            double whole = name is "users" or "window" ? 0.5 : name == "clock" ? 1e-3 * value : 1e-9 * Math.Abs(value);
            Assert.Equal(value, quantity.Get(scenario)!.Value, whole);
        }
    }

    [Theory]
    [InlineData("efficiency", 1.5, "efficiency = 1.5: allowed is 0 to 1")]
    [InlineData("distance", -1, "distance = -1: allowed is 0 to 2000 km")]
    [InlineData("overlap", double.NaN, "overlap = NaN: allowed is 0 to 1")]
    [InlineData("loss", 5, "loss = 5: allowed is the loss in the hub, 6 dB, or more")]
    [InlineData("users", 1, "users = 1: allowed is 2 to 64")]
    public void A_value_out_of_range_is_named(string name, double value, string message)
    {
        ScenarioException refusal = Assert.Throws<ScenarioException>(
            () => Quantity.Find(name)!.With(EvaluationScenario.Default, value));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distance_and_loss_keep_the_proportion_of_the_arms()
    {
        EvaluationScenario unequal = EvaluationScenario.Default with { ArmA = new(30), ArmB = new(50) };
        EvaluationScenario longer = Quantity.Find("distance")!.With(unequal, 160);
        Assert.Equal(60, longer.ArmA.LengthKm, 9);
        Assert.Equal(100, longer.ArmB.LengthKm, 9);
        EvaluationScenario lossy = Quantity.Find("loss")!.With(unequal, 38);
        Assert.Equal(longer.ArmA.LengthKm, lossy.ArmA.LengthKm, 9);
        Assert.Equal(38, lossy.TotalLossDb, 9);
    }

    [Fact]
    public void Sharing_takes_turns_and_pays_for_the_switch()
    {
        Assert.Equal(1, new HubSharing().Share);
        HubSharing three = new(3);
        Assert.Equal(60 / 65.01 / 3, three.Share, 12);
        EvaluationScenario scenario = EvaluationScenario.Default with { Sharing = three };
        Assert.Equal(1.2e11, scenario.Slots, 1);
        Assert.Equal(1.2e11 * three.Share, (scenario with { Sharing = three with { KeyWithinBlockTime = true } }).Slots, 1);
    }
}
