using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.Evaluation.Sweeps;

/// <summary>Largest loss at which a scenario still gives a key in a given block time.</summary>
/// <param name="Name">Pair, or what the scenario is called.</param>
/// <param name="Scenario">Scenario with that block time.</param>
/// <param name="TotalLossDb">Largest loss from user to user, hub included; null if there is no key as it is.</param>
internal sealed record ToleratedLoss(string Name, EvaluationScenario Scenario, double? TotalLossDb)
{
    /// <summary>What the scenario could lose more.</summary>
    internal double? MarginDb => TotalLossDb - Scenario.TotalLossDb;

    /// <summary>Fibre from user to user with that loss, at the attenuation of the scenario's fibre.</summary>
    internal double? FibreKm
    {
        get
        {
            double perKm = 0.5 * (Scenario.ArmA.LossDbPerKm + Scenario.ArmB.LossDbPerKm);
            return perKm > 0 ? Scenario.TotalLengthKm + (MarginDb / perKm) : null;
        }
    }

    /// <summary>Finds it by bisection of the added loss, half of it in each arm, settings optimised.</summary>
    internal static ToleratedLoss Find(string name, EvaluationScenario scenario) => new(
        name, scenario, LossTolerance.TryFind(scenario.ToBlock(), out LossTolerance? found) ? found!.TotalLossDb : null);
}
