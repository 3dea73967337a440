using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.World;

/// <summary>
/// A session of two users whose light meets: first, while the station relocks, without interference, then with. It is simulated in
/// stretches of constant settings; drift and actuators begin a new one when the difference shows. Loop only.
/// </summary>
internal sealed class RunningSession
{
    private readonly WorldConfiguration configuration;
    private readonly UserLight lightA;
    private readonly UserLight lightB;
    private readonly PhysicsSeed seed;
    private readonly long settledPs;
    private readonly long alignedSlot;
    private ISessionSimulator? simulator;
    private Misalignment misalignment;
    private int stretches;
    private bool aligned;

    /// <param name="configuration">The laboratory.</param>
    /// <param name="a">User at measurement input 1, armed.</param>
    /// <param name="b">User at measurement input 2, armed with the same session.</param>
    /// <param name="settledPs">Time at which the switch had moved.</param>
    /// <param name="alignedPs">Time from which the station is locked.</param>
    /// <param name="seed">Seed of the session.</param>
    public RunningSession(
        WorldConfiguration configuration, LabUser a, LabUser b, long settledPs, long alignedPs, PhysicsSeed seed)
    {
        this.configuration = configuration;
        this.settledPs = settledPs;
        this.seed = seed;
        A = a;
        B = b;
        Light = a.Armed!.Light;
        lightA = new UserLight(a.Armed.States, a.Armed.Light.Source, a.Settings.LossDb);
        lightB = new UserLight(b.Armed!.States, b.Armed.Light.Source, b.Settings.LossDb);
        long periodPs = configuration.Timing.SlotPeriodPs;
        alignedSlot = Math.Clamp((alignedPs - Light.StartPs + periodPs - 1) / periodPs, 0, Light.Slots);
        aligned = alignedSlot == 0;
        misalignment = MisalignmentAt(Light.StartPs);
        simulator = Simulator();
    }

    public LabUser A { get; }

    public LabUser B { get; }

    /// <summary>What A armed; B's differs in the source only.</summary>
    public SessionLight Light { get; }

    /// <summary>Slots that were emitted.</summary>
    public long ReachedSlot => simulator!.ReachedSlot;

    /// <summary>Slots that both users allow.</summary>
    public long UntilSlot => Math.Min(A.Armed?.UntilSlot ?? 0, B.Armed?.UntilSlot ?? 0);

    /// <summary>Simulates some slots more; a step may also yield only the tags that were left of the relock.</summary>
    /// <param name="slotsMax">At most so many.</param>
    /// <param name="tagsMax">At most about so many tags.</param>
    /// <param name="block">Receives the tags.</param>
    public void Step(long slotsMax, int tagsMax, TimeTagBlock block)
    {
        bool locked = !aligned && ReachedSlot == alignedSlot;
        Misalignment now = MisalignmentNow();
        if (locked || !now.IsNear(misalignment, configuration.Timing))
        {
            simulator!.Finish(block);
            aligned |= locked;
            misalignment = now;
            simulator = Simulator();
            return;
        }

        long untilSlot = Math.Min(UntilSlot, ReachedSlot + slotsMax);
        simulator!.Advance(aligned ? untilSlot : Math.Min(untilSlot, alignedSlot), tagsMax, block);
    }

    /// <summary>Ends the session where it is; the watermark is then at the end of the last emitted slot.</summary>
    public void Finish(TimeTagBlock block) => simulator!.Finish(block);

    // In the middle of the next step.
    private Misalignment MisalignmentNow()
    {
        long timePs = Light.StartPs + (ReachedSlot * configuration.Timing.SlotPeriodPs) + (configuration.ChunkMs * 500_000_000L);
        return MisalignmentAt(timePs);
    }

    private Misalignment MisalignmentAt(long timePs)
    {
        double transientDb = configuration.Switch.TransientDb(timePs - settledPs);
        return new Misalignment(A.Drift.At(timePs) with { LossDb = transientDb }, B.Drift.At(timePs) with { LossDb = transientDb });
    }

    private ISessionSimulator Simulator()
    {
        StationSettings station = misalignment.Apply(
            configuration.Station.WithBackground(A.Settings.BackgroundHz + B.Settings.BackgroundHz));
        if (!aligned)
        {
            station = station with { Interference = station.Interference with { Overlap = 0 } };
        }

        UserLight a = Misalignment.Apply(lightA, misalignment.A);
        UserLight b = Misalignment.Apply(lightB, misalignment.B);
        PhysicsSeed own = seed.Derive((stretches++, aligned) switch
        {
            (0, false) => "relocking",
            (<= 1, true) => "aligned",
            var (number, _) => $"stretch {number}",
        });
        long firstSlot = simulator?.ReachedSlot ?? 0;
        return configuration.Fidelity == Fidelity.Singles
            ? new SinglesSimulator(station, a, b, Light.StartPs, firstSlot, own)
            : new CoincidenceSimulator(
                station, a, b, Light.Pilots, Light.StartPs, firstSlot, own, (simulator as CoincidenceSimulator)?.BlindStates);
    }
}
