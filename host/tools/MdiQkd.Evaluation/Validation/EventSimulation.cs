using System.Globalization;
using MdiQkd.Acquisition;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using static MdiQkd.Protocol.IntensityLabel;

namespace MdiQkd.Evaluation.Validation;

/// <summary>
/// Simulates a scenario event by event and compares with the theory that its rate rests on: photons, windows, dead times and time tags, with
/// the states that the users' own generator would prepare. Seeded, so that a run repeats.
/// </summary>
/// <remarks>
/// Every click is simulated first, which shares no formula with the theory but costs time per click; then, if only |ψ⁻⟩ counts, the two
/// clicks of each coincidence, which draws from the exact channel's probabilities but reaches a hundred times more events.
/// </remarks>
internal static class EventSimulation
{
    private const double ClicksMax = 4e6;
    private const double EventsMax = 400_000;
    private const double SlotsMin = 1e5;
    private const double SlotsMax = 1e15;
    private const int TagsPerCall = 50_000;

    private static readonly PilotPattern NoPilots = new(1, 0);

    /// <summary>Theory against simulation for the given settings.</summary>
    /// <param name="scenario">Scenario of the theory.</param>
    /// <param name="a">Settings of A.</param>
    /// <param name="b">Settings of B.</param>
    /// <param name="seed">Seed of the simulation.</param>
    /// <param name="world">Scenario of the simulation; null = that of the theory.</param>
    internal static SimulationCheck Check(
        EvaluationScenario scenario, SourceSettings a, SourceSettings b, long seed, EvaluationScenario? world = null)
    {
        EvaluationScenario simulated = world ?? scenario;
        ExpectedBlock unit = ExpectedBlock.Plan(scenario.ToBlock() with { Slots = 1e12 }, a, b);
        double clicks = unit.Clicks.Sum;
        double events = unit.Announced / 1e12;
        double withClicks = Math.Clamp(ClicksMax / clicks, SlotsMin, SlotsMax);
        List<CheckedCount> counts = [.. Compare(scenario, simulated, a, b, withClicks, seed, everyClick: true)];
        double seconds = withClicks;
        bool followed = scenario.Detectors.DeadTimePs / scenario.Timing.SlotPeriodPs <= CoincidenceSimulator.DeadSlotsMax;
        if (!scenario.Block.AcceptPsiPlus && followed)
        {
            double withEvents = Math.Clamp(EventsMax / events, SlotsMin, SlotsMax);
            counts.AddRange(Compare(scenario, simulated, a, b, withEvents, seed + 1, everyClick: false));
            seconds += withEvents;
        }

        return new SimulationCheck(seconds / scenario.Timing.SlotRateHz, counts);
    }

    private static IEnumerable<CheckedCount> Compare(
        EvaluationScenario scenario,
        EvaluationScenario simulated,
        SourceSettings a,
        SourceSettings b,
        double slots,
        long seed,
        bool everyClick)
    {
        long whole = (long)slots;
        ExpectedBlock expected = ExpectedBlock.Plan(scenario.ToBlock() with { Slots = whole }, a, b);
        StationSettings station = simulated.Station;
        PhysicsSeed physics = PhysicsSeed.FromNumber(seed);
        using CounterStates statesA = States(physics, "A", a, whole);
        using CounterStates statesB = States(physics, "B", b, whole);
        UserLight lightA = new(statesA, a, simulated.ArmA.LossDb);
        UserLight lightB = new(statesB, b, simulated.ArmB.LossDb);
        ISessionSimulator simulator = everyClick
            ? new SinglesSimulator(station, lightA, lightB, 0, 0, physics)
            : new CoincidenceSimulator(station, lightA, lightB, NoPilots, 0, 0, physics);
        EventCounts counted = new(station, statesA, statesB, scenario.Block.AcceptPsiPlus);
        TimeTagBlock block = new();
        while (simulator.Advance(whole, TagsPerCall, block) < whole)
        {
            counted.Add(block);
        }

        counted.Add(block);
        counted.Close();
        string how = everyClick ? "all clicks" : "coincidences";
        KeyRate.FourIntensityCounts theory = expected.Counts;
        return
        [
            Count("announced", expected.Announced, counted.Total),
            Count("zz", theory.Nzz, counted.Events[Index(Z, Z)]),
            Count("zz errors", theory.Mzz, counted.Errors[Index(Z, Z)]),
            Count("vv", theory.Nvv, counted.Events[Index(V, V)]),
            Count("vv errors", theory.Mvv, counted.Errors[Index(V, V)]),
            Count("ww", theory.Nww, counted.Events[Index(W, W)]),
            Count("ww errors", theory.Mww, counted.Errors[Index(W, W)]),
            Count("0v", theory.N0v, counted.Events[Index(O, V)]),
            Count("v0", theory.Nv0, counted.Events[Index(V, O)]),
            Count("0w", theory.N0w, counted.Events[Index(O, W)]),
            Count("w0", theory.Nw0, counted.Events[Index(W, O)]),
            Count("00", theory.N00, counted.Events[Index(O, O)]),
        ];

        CheckedCount Count(string name, double expectation, long count) => new($"{name} ({how})", expectation, count);
    }

    private static CounterStates States(PhysicsSeed physics, string user, SourceSettings source, long slots)
    {
        // Simulated light needs no secret: the key comes from the seed of the physics.
        PhysicsRandom random = physics.Generator(string.Create(CultureInfo.InvariantCulture, $"states of {user}"));
        byte[] key = new byte[CounterStates.KeySize];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (byte)(256 * random.NextDouble());
        }

        return new CounterStates(key, source, NoPilots, slots);
    }

    private static int Index(IntensityLabel a, IntensityLabel b) => ((int)a * 4) + (int)b;
}
