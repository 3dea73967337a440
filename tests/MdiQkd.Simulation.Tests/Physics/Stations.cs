using MdiQkd.KeyRate.Channel;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Settings that several tests share: 200 MHz slots and the default sources of the 30–40 km pair.</summary>
internal static class Stations
{
    public const long StartPs = 7_000_000_000_123;

    public static readonly SlotTiming Timing = new(5000, 2500, 500);

    public static readonly SourceSettings SourceA = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);

    public static readonly SourceSettings SourceB = SourceSettings.FromReal(0.612, 0.213, 0.077, 0.720, 0.067, 0.187);

    public static readonly PilotPattern NoPilots = new(1, 0);

    public static StationSettings Station(
        double deadTimePs, double darkRateHz = 100, double extinction = 0.003, double efficiency = 0.8, double jitterFwhmPs = 40) =>
        new(
            Timing,
            new DetectorSettings(efficiency, darkRateHz, deadTimePs, jitterFwhmPs),
            new InterferenceSettings(0.97, extinction, 0.1, 0.005, 0.01));

    public static ExactChannel Exact(StationSettings station, double lossDbA, double lossDbB) =>
        new(new ChannelParameters(
            lossDbA,
            lossDbB,
            station.Detectors.Efficiency,
            ChannelParameters.DarkCountsOf(station.Detectors.DarkRateHz, station.Timing.WindowPs),
            station.Interference.Overlap,
            station.Interference.Extinction,
            station.Interference.PhaseErrorRad,
            station.Interference.MisalignmentZ,
            station.Interference.MisalignmentX));

    public static UserLight Mixed(byte key, SourceSettings source, double lossDb, long slots) =>
        new(new CounterStates(Enumerable.Repeat(key, 32).ToArray(), source, NoPilots, slots), source, lossDb);

    public static ISessionSimulator Simulator(
        bool singles, StationSettings station, UserLight a, UserLight b, PhysicsSeed seed) =>
        singles
            ? new SinglesSimulator(station, a, b, StartPs, 0, seed)
            : new CoincidenceSimulator(station, a, b, NoPilots, StartPs, 0, seed);
}
