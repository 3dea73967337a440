using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Benchmarks;

/// <summary>
/// A repeatable station with two users at full speed, for `mdiqkd bench simulate` and the benchmark class: detectors and interference of
/// the default network (efficiency 0.8, dead time 30 ns, M = 0.97), 0.2 dB/km and 3 dB at the hub per arm, 0.1 % of pilots.
/// </summary>
public sealed class SimulationWorkload : IDisposable
{
    private const long Unlimited = 1L << 50;

    private static readonly PilotPattern Pilots = new(2048, 2);

    private readonly CounterStates statesA;
    private readonly CounterStates statesB;
    private readonly ISessionSimulator simulator;
    private readonly TimeTagBlock block = new();
    private readonly SlotTiming timing;

    /// <summary>Sets a station up.</summary>
    /// <param name="clockMHz">Slot rate, 1..2,000.</param>
    /// <param name="lengthKmA">A's fibre.</param>
    /// <param name="lengthKmB">B's fibre.</param>
    /// <param name="fidelity">What to generate.</param>
    public SimulationWorkload(double clockMHz, double lengthKmA, double lengthKmB, Fidelity fidelity)
    {
        int periodPs = (int)Math.Round(1e6 / clockMHz);
        timing = new SlotTiming(periodPs, periodPs / 2, Math.Min(500, periodPs / 4));
        SourceSettings sourceA = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);
        SourceSettings sourceB = SourceSettings.FromReal(0.612, 0.213, 0.077, 0.720, 0.067, 0.187);
        statesA = new CounterStates([.. Enumerable.Repeat((byte)1, CounterStates.KeySize)], sourceA, Pilots, Unlimited);
        statesB = new CounterStates(
            [.. Enumerable.Repeat((byte)2, CounterStates.KeySize)], sourceB, Pilots, Unlimited, isReference: false);
        var a = new UserLight(statesA, sourceA, (0.2 * lengthKmA) + 3);
        var b = new UserLight(statesB, sourceB, (0.2 * lengthKmB) + 3);
        var station = new StationSettings(
            timing, new DetectorSettings(0.8, 100, 30_000, Math.Min(40, periodPs / 20.0)), new InterferenceSettings(0.97, 0.003, 0.1));
        PhysicsSeed seed = PhysicsSeed.FromNumber(1);
        simulator = fidelity == Fidelity.Singles
            ? new SinglesSimulator(station, a, b, 0, 0, seed)
            : new CoincidenceSimulator(station, a, b, Pilots, 0, 0, seed);
    }

    /// <summary>Slots per second of the station.</summary>
    public double SlotRateHz => timing.SlotRateHz;

    /// <summary>Tags generated.</summary>
    public long Tags { get; private set; }

    /// <summary>Slots simulated.</summary>
    public long Slots => simulator.ReachedSlot;

    /// <summary>Simulates some slots more.</summary>
    public void Advance(long slots)
    {
        simulator.Advance(simulator.ReachedSlot + slots, int.MaxValue, block);
        Tags += block.Count;
    }

    /// <summary>The same, and adds the tags to a hash.</summary>
    public void Advance(long slots, IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Advance(slots);
        hash.AppendData(MemoryMarshal.AsBytes(block.TimesPs.AsSpan(0, block.Count)));
        hash.AppendData(block.Channels.AsSpan(0, block.Count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        statesA.Dispose();
        statesB.Dispose();
    }
}
