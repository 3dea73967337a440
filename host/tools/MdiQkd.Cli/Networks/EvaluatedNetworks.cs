using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Cli.Networks;

/// <summary>Networks of the demo as `mdiqkd evaluate` takes them.</summary>
internal static class EvaluatedNetworks
{
    /// <summary>Reads a network file; without a name, the default network.</summary>
    /// <exception cref="ScenarioException">The file cannot be read or is faulty.</exception>
    internal static EvaluatedNetwork Read(string? file) =>
        file is null ? Of(NetworkReader.Example, "default network")
        : NetworkReader.TryRead(file, out NetworkFile? network, out string? error) ? Of(network, Path.GetFileName(file))
        : throw new ScenarioException(error);

    /// <summary>
    /// The network with its own timing, detectors, interference, switch and block; the method of the bounds is that of the nodes. Sweeps take
    /// the arms of the first pair. Pilot slots are left out of a block.
    /// </summary>
    internal static EvaluatedNetwork Of(NetworkFile network, string name)
    {
        double pilots = (double)network.Pilots.Length / network.Pilots.Period;
        double sessionSeconds = network.Block.SlotsPerSession / network.Timing.SlotRateHz;
        EvaluationScenario scenario = EvaluationScenario.Default with
        {
            Timing = network.Timing,
            Detectors = network.Detectors,
            Interference = network.Interference,
            ArmA = Arm(network.User(network.Pairs[0].A)),
            ArmB = Arm(network.User(network.Pairs[0].B)),
            Block = new BlockAssumptions(
                network.Block.Sessions * sessionSeconds * (1 - pilots),
                network.Block.AcceptPsiPlus,
                Epsilon: network.Security.Epsilon,
                EpsilonCorrectness: network.Security.EpsilonCorrectness),
            Sharing = new HubSharing(
                SessionSeconds: sessionSeconds,
                SettlingTimeMs: network.Switch.SettlingTimeMs,
                RelockTimeMs: network.Switch.RelockTimeMs),
        };
        return new EvaluatedNetwork(
            name,
            scenario,
            [.. network.Users.Select(user => new NetworkUser(user.Name, Arm(user)))],
            [.. network.Pairs.Select(pair => new NetworkPair(pair.A, pair.B, pair.SourceA?.ToSettings(), pair.SourceB?.ToSettings()))]);
    }

    private static FibreArm Arm(UserArm user) => new(user.LengthKm, user.LossDbPerKm, user.HubLossDb, user.Raman);
}
