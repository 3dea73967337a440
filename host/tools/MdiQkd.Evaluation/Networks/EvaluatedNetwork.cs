using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Networks;

/// <summary>A hub with its users, as a network file describes it.</summary>
/// <param name="Name">Name for titles.</param>
/// <param name="Scenario">Everything but the arms: detectors, timing, block, sharing of the hub.</param>
/// <param name="Users">Users and their arms.</param>
/// <param name="Pairs">Pairs that make keys.</param>
public sealed record EvaluatedNetwork(
    string Name, EvaluationScenario Scenario, IReadOnlyList<NetworkUser> Users, IReadOnlyList<NetworkPair> Pairs)
{
    /// <summary>The scenario of a pair; the pairs of the network take turns at the hub.</summary>
    internal EvaluationScenario ScenarioOf(NetworkPair pair) => Scenario with { ArmA = ArmOf(pair.A), ArmB = ArmOf(pair.B) };

    /// <summary>Share of the time in which one pair has light.</summary>
    internal double Share => Scenario.Sharing.ShareOf(Pairs.Count);

    private FibreArm ArmOf(string user) => Users.Single(candidate => candidate.Name == user).Arm;
}
