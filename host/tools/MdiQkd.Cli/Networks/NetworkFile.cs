using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Cli.Networks;

/// <summary>A network as `mdiqkd demo` takes it: physics, block shape, users and pairs.</summary>
/// <param name="Timing">Slot raster.</param>
/// <param name="Interference">Match of two users' light at the hub's beam splitter.</param>
/// <param name="Detectors">The hub's detectors.</param>
/// <param name="Switch">The hub's optical switch.</param>
/// <param name="Pilots">Public pilot slots.</param>
/// <param name="Block">Shape of the blocks.</param>
/// <param name="Security">Failure probabilities.</param>
/// <param name="Users">At least two.</param>
/// <param name="Pairs">At least one; every user is in one or more.</param>
/// <param name="Drift">How every user's light is off and drifts; null = not at all.</param>
/// <param name="Feedback">Feedback against it; null = none.</param>
internal sealed record NetworkFile(
    SlotTiming Timing,
    InterferenceSettings Interference,
    DetectorSettings Detectors,
    SwitchSettings Switch,
    PilotPattern Pilots,
    BlockShape Block,
    EpsilonBudget Security,
    IReadOnlyList<UserArm> Users,
    IReadOnlyList<UserPair> Pairs,
    DriftSettings? Drift = null,
    FeedbackSection? Feedback = null)
{
    /// <summary>Most users: one process each on this machine.</summary>
    internal const int UsersMax = 64;

    /// <summary>Name of the hub.</summary>
    internal const string HubName = "hub";

    /// <summary>The user of a name.</summary>
    internal UserArm User(string name) => Users.First(user => user.Name == name);

    /// <summary>
    /// The network with light that is off at the start and drifts at rates of buried fibre and DFB lasers, four times as many pilots, and
    /// feedback or none against it. Half as many sessions, three times as long: each begins with an alignment of 15 to 50 s, the longer the
    /// more loss, since the lasers drift while the other pairs are connected.
    /// </summary>
    internal NetworkFile Drifting(bool feedback) => this with
    {
        Interference = Interference with { PulseFwhmPs = 200 },
        Pilots = new PilotPattern(512, 2),
        Block = Block with
        {
            Sessions = (Block.Sessions + 1) / 2,
            SlotsPerSession = Math.Min(3 * Block.SlotsPerSession, BlockPlan.SlotsPerSessionMax),
        },
        Drift = new DriftSettings(
            DelayErrorPs: 800,
            DelayPsPerS: 3,
            FrequencyErrorMHz: 60,
            FrequencyMHzPerS: 1,
            PolarisationErrorDeg: 40,
            PolarisationDegPerS: 0.02),
        Feedback = new FeedbackSection(feedback),
    };

    /// <summary>
    /// The simulated laboratory of this network. |ψ⁺⟩ and afterpulses are seen in single clicks only; without them the much cheaper coincidences will do.
    /// </summary>
    internal WorldConfiguration ToWorld(long? seed) => new(
        Timing,
        Detectors,
        Interference,
        new SimulatedSwitchSettings(
            0,
            0,
            Switch.SettlingTimeMs,
            Switch.RelockTimeMs,
            TransientLossDb: Switch.TransientLossDb,
            TransientTimeMs: Switch.TransientTimeMs),
        [.. Users.Select(user => new SimulatedUser(user.Name, user.Port, user.LossDb, Drift: Drift, BackgroundHz: user.BackgroundHz))],
        Block.AcceptPsiPlus || Detectors.AfterpulseProbability > 0 ? Fidelity.Singles : Fidelity.Coincidences,
        seed);

    /// <summary>What is wrong, or null.</summary>
    internal NetworkFault? Fault() =>
        NetworkFault.Below("timing", Timing.Fault())
        ?? NetworkFault.Below("interference", Interference.Fault())
        ?? NetworkFault.Below("detectors", Detectors.Fault())
        ?? Switch.Fault("switch")
        ?? (Pilots.Fault() is { } pilots ? new NetworkFault("pilots", pilots) : null)
        ?? Block.Fault("block")
        ?? NetworkFault.Below("security", Security.Fault())
        ?? NetworkFault.Below("drift", Drift?.Fault())
        ?? Feedback?.Fault("feedback", Interference.PulseFwhmPs)
        ?? UsersFault()
        ?? PairsFault()
        ?? (ToWorld(null).Fault() is { } world ? new NetworkFault(world.Split(':')[0], world) : null);

    private NetworkFault? UsersFault()
    {
        if (Users.Count is < 2 or > UsersMax)
        {
            return new NetworkFault("users", $"users: {Users.Count} of them, 2..{UsersMax} are needed");
        }

        for (int index = 0; index < Users.Count; index++)
        {
            string path = $"users[{index}]";
            UserArm user = Users[index];
            if (user.Fault(path) is { } fault)
            {
                return fault;
            }

            if (user.Name == HubName || Users.Take(index).Any(other => other.Name == user.Name))
            {
                return new NetworkFault($"{path}.name", $"{path}.name = '{user.Name}' is taken");
            }

            if (Users.Take(index).Any(other => other.Port == user.Port))
            {
                return new NetworkFault($"{path}.port", $"{path}.port = {user.Port} is taken");
            }
        }

        return null;
    }

    private NetworkFault? PairsFault()
    {
        if (Pairs.Count == 0)
        {
            return new NetworkFault("pairs", "pairs: none, at least one is needed");
        }

        for (int index = 0; index < Pairs.Count; index++)
        {
            UserPair pair = Pairs[index];
            string path = $"pairs[{index}]";
            if (pair.Fault(path, Users) is { } fault)
            {
                return fault;
            }

            if (Pairs.Take(index).Any(other => other.A == pair.A && other.B == pair.B))
            {
                return new NetworkFault(path, $"{path}: '{pair.A}' and '{pair.B}' are a pair already");
            }
        }

        return Users.FirstOrDefault(user => Pairs.All(pair => pair.A != user.Name && pair.B != user.Name)) is { } alone
            ? new NetworkFault("users", $"users: '{alone.Name}' is in no pair")
            : null;
    }
}
