using System.Globalization;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>A number of a scenario that flags can set, sweeps can vary and reports name.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Label">As in reports.</param>
/// <param name="Unit">Unit, empty for a ratio.</param>
/// <param name="Min">Smallest allowed value.</param>
/// <param name="Max">Largest allowed value.</param>
/// <param name="Get">Reads it; null if the scenario leaves it to a model.</param>
/// <param name="Put">A scenario with this value.</param>
/// <param name="SweepFrom">Start of its usual sweep.</param>
/// <param name="SweepTo">End of its usual sweep.</param>
/// <param name="IsLogarithmic">Whether its usual sweep has equal ratios.</param>
/// <param name="IsDerived">Whether it follows from other quantities, so that an assumption list leaves it out.</param>
internal sealed record Quantity(
    string Name,
    string Label,
    string Unit,
    double Min,
    double Max,
    Func<EvaluationScenario, double?> Get,
    Func<EvaluationScenario, double, EvaluationScenario> Put,
    double SweepFrom,
    double SweepTo,
    bool IsLogarithmic = false,
    bool IsDerived = false)
{
    /// <summary>All quantities, in the order of reports.</summary>
    internal static IReadOnlyList<Quantity> All { get; } =
    [
        new(
            "distance", "fibre from user to user", "km", 0, 2000,
            s => s.TotalLengthKm, WithDistance, 10, 400, IsDerived: true),
        new(
            "loss", "loss from user to user, hub included", "dB", 0, 300,
            s => s.TotalLossDb, WithLoss, 6, 70, IsDerived: true),
        new(
            "length-a", "fibre of A", "km", 0, 1000,
            s => s.ArmA.LengthKm, (s, x) => s with { ArmA = s.ArmA with { LengthKm = x } }, 0, 100),
        new(
            "length-b", "fibre of B", "km", 0, 1000,
            s => s.ArmB.LengthKm, (s, x) => s with { ArmB = s.ArmB with { LengthKm = x } }, 0, 100),
        new(
            "loss-per-km", "attenuation of A's fibre", "dB/km", 0, 10,
            s => s.ArmA.LossDbPerKm,
            (s, x) => s with { ArmA = s.ArmA with { LossDbPerKm = x }, ArmB = s.ArmB with { LossDbPerKm = x } },
            0.16, 0.35),
        new(
            "loss-per-km-b", "attenuation of B's fibre", "dB/km", 0, 10,
            s => s.ArmB.LossDbPerKm, (s, x) => s with { ArmB = s.ArmB with { LossDbPerKm = x } }, 0.16, 0.35),
        new(
            "hub-loss", "loss in the hub, A's arm", "dB", 0, 60,
            s => s.ArmA.HubLossDb,
            (s, x) => s with { ArmA = s.ArmA with { HubLossDb = x }, ArmB = s.ArmB with { HubLossDb = x } },
            0, 10),
        new(
            "hub-loss-b", "loss in the hub, B's arm", "dB", 0, 60,
            s => s.ArmB.HubLossDb, (s, x) => s with { ArmB = s.ArmB with { HubLossDb = x } }, 0, 10),
        new(
            "launch-power", "classical power into each fibre", "dBm", -60, 20,
            s => s.ArmA.Raman?.LaunchPowerDbm, (s, x) => WithRaman(s, raman => raman with { LaunchPowerDbm = x }), -40, 0),
        new(
            "filter-width", "filter against Raman light", "nm", 0.001, 100,
            s => s.ArmA.Raman?.FilterWidthNm, (s, x) => WithRaman(s, raman => raman with { FilterWidthNm = x }), 0.01, 1, IsLogarithmic: true),
        new("clock", "clock", "MHz", 1, 5000, s => 1e-6 * s.Timing.SlotRateHz, WithClock, 20, 1000, IsLogarithmic: true),
        new(
            "window", "acceptance window of a time bin", "ps", 1, 500_000,
            s => s.Timing.WindowPs, (s, x) => s with { Timing = s.Timing with { WindowPs = (int)Math.Round(x) } }, 100, 2000),
        new(
            "efficiency", "detector efficiency", "", 0, 1,
            s => s.Detectors.Efficiency, (s, x) => s with { Detectors = s.Detectors with { Efficiency = x } }, 0.1, 0.95),
        new(
            "dark-rate", "dark and background counts per detector", "1/s", 0, 1e8,
            s => s.Detectors.DarkRateHz, (s, x) => s with { Detectors = s.Detectors with { DarkRateHz = x } },
            1, 1e5, IsLogarithmic: true),
        new(
            "dead-time", "dead time", "ns", 0, 2000,
            s => 1e-3 * s.Detectors.DeadTimePs, (s, x) => s with { Detectors = s.Detectors with { DeadTimePs = 1e3 * x } }, 0, 100),
        new(
            "overlap", "mode overlap M", "", 0, 1,
            s => s.Interference.Overlap, (s, x) => s with { Interference = s.Interference with { Overlap = x } }, 0.7, 1),
        new(
            "visibility", "Hong-Ou-Mandel visibility M/2", "", 0, 0.5,
            s => 0.5 * s.Interference.Overlap, (s, x) => s with { Interference = s.Interference with { Overlap = 2 * x } },
            0.35, 0.5, IsDerived: true),
        new(
            "extinction", "light in the wrong time bin", "", 0, 0.5,
            s => s.Interference.Extinction, (s, x) => s with { Interference = s.Interference with { Extinction = x } }, 0, 0.03),
        new(
            "phase-error", "phase error between late bins", "rad", -Math.PI, Math.PI,
            s => s.Interference.PhaseErrorRad, (s, x) => s with { Interference = s.Interference with { PhaseErrorRad = x } },
            0, 0.6),
        new(
            "misalignment-z", "flip probability of Z events (QBER)", "", 0, 0.5,
            s => s.Interference.MisalignmentZ, (s, x) => s with { Interference = s.Interference with { MisalignmentZ = x } },
            0, 0.06),
        new(
            "misalignment-x", "flip probability of X events", "", 0, 0.5,
            s => s.Interference.MisalignmentX, (s, x) => s with { Interference = s.Interference with { MisalignmentX = x } },
            0, 0.1),
        new(
            "misalignment", "flip probability of all events", "", 0, 0.5,
            s => s.Interference.MisalignmentX,
            (s, x) => s with { Interference = s.Interference with { MisalignmentZ = x, MisalignmentX = x } },
            0, 0.06, IsDerived: true),
        new(
            "block-time", "time of light of a block", "s", 1e-3, 1e9,
            s => s.Block.Seconds, (s, x) => s with { Block = s.Block with { Seconds = x } }, 10, 86_400, IsLogarithmic: true),
        new(
            "slots", "slots of a block", "", 1, 1e18,
            s => s.Block.Seconds * s.Timing.SlotRateHz,
            (s, x) => s with { Block = s.Block with { Seconds = x / s.Timing.SlotRateHz } },
            1e9, 1e14, IsLogarithmic: true, IsDerived: true),
        new(
            "ec-efficiency", "reconciliation efficiency f", "", 1, 10,
            s => s.Block.ReconciliationEfficiency,
            (s, x) => s with { Block = s.Block with { ReconciliationEfficiency = x } }, 1, 1.5),
        new(
            "eps", "ε of each bound", "", 1e-300, 0.49,
            s => s.Block.Epsilon, (s, x) => s with { Block = s.Block with { Epsilon = x } }, 1e-15, 1e-5, IsLogarithmic: true),
        new(
            "eps-cor", "ε of correctness", "", 1e-300, 0.49,
            s => s.Block.EpsilonCorrectness, (s, x) => s with { Block = s.Block with { EpsilonCorrectness = x } },
            1e-18, 1e-9, IsLogarithmic: true),
        new(
            "users", "users that share the hub", "", 2, 64,
            s => s.Sharing.Users, (s, x) => s with { Sharing = s.Sharing with { Users = (int)Math.Round(x) } }, 2, 16),
        new(
            "session", "light between two switch moves", "s", 1e-3, 1e6,
            s => s.Sharing.SessionSeconds, (s, x) => s with { Sharing = s.Sharing with { SessionSeconds = x } },
            1, 600, IsLogarithmic: true),
        new(
            "relock", "time after a switch move", "ms", 0, 600_000,
            s => s.Sharing.RelockTimeMs, (s, x) => s with { Sharing = s.Sharing with { RelockTimeMs = x } }, 0, 30_000),
    ];

    /// <summary>Quantity of a name, or null.</summary>
    internal static Quantity? Find(string name) => All.FirstOrDefault(quantity => quantity.Name == name);

    /// <summary>Label with unit, for an axis.</summary>
    internal string Axis => Unit.Length == 0 ? Label : $"{Label} ({Unit})";

    /// <summary>The scenario with this value.</summary>
    /// <exception cref="ScenarioException">The value is out of range.</exception>
    internal EvaluationScenario With(EvaluationScenario scenario, double value) => Put(scenario, Check(value));

    /// <summary>The value, if it is in range.</summary>
    /// <exception cref="ScenarioException">The value is out of range.</exception>
    internal double Check(double value) => value >= Min && value <= Max
        ? value
        : throw new ScenarioException(
            $"{Name} = {Text(value)}: allowed is {Text(Min)} to {Text(Max)}{(Unit.Length == 0 ? "" : " " + Unit)}");

    /// <summary>A value with its unit.</summary>
    internal string Show(double value) => $"{value.ToString("G6", CultureInfo.InvariantCulture)} {Unit}".TrimEnd();

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // Shared between the arms in the proportion that they have, equally if there is none.
    private static EvaluationScenario WithDistance(EvaluationScenario scenario, double km)
    {
        double share = scenario.TotalLengthKm > 0 ? scenario.ArmA.LengthKm / scenario.TotalLengthKm : 0.5;
        return scenario with
        {
            ArmA = scenario.ArmA with { LengthKm = share * km }, ArmB = scenario.ArmB with { LengthKm = (1 - share) * km },
        };
    }

    // Without classical channels, a first number brings those of -20 dBm and a filter of 12.5 GHz.
    private static EvaluationScenario WithRaman(EvaluationScenario scenario, Func<RamanBackground, RamanBackground> change)
    {
        RamanBackground raman = change(scenario.ArmA.Raman ?? new RamanBackground(-20, 0.1));
        return scenario with { ArmA = scenario.ArmA with { Raman = raman }, ArmB = scenario.ArmB with { Raman = raman } };
    }

    // More or less fibre, in the same proportion.
    private static EvaluationScenario WithLoss(EvaluationScenario scenario, double lossDb)
    {
        EvaluationScenario unit = WithDistance(scenario, 1);
        double hub = scenario.ArmA.HubLossDb + scenario.ArmB.HubLossDb;
        double perKm = unit.TotalLossDb - hub;
        return lossDb < hub || perKm <= 0
            ? throw new ScenarioException(
                $"loss = {Text(lossDb)}: allowed is the loss in the hub, {Text(hub)} dB, or more, with fibre that has a loss")
            : WithDistance(scenario, (lossDb - hub) / perKm);
    }

    // Bins half a slot apart; the window shrinks if it has to.
    private static EvaluationScenario WithClock(EvaluationScenario scenario, double megahertz)
    {
        int periodPs = (int)Math.Round(1e6 / megahertz);
        int spacingPs = periodPs / 2;
        return scenario with
        {
            Timing = new SlotTiming(periodPs, spacingPs, Math.Min(scenario.Timing.WindowPs, spacingPs)),
        };
    }
}
