using MdiQkd.Acquisition;
using MdiQkd.Preparation;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.World;

/// <summary>A session of two users whose light meets: first, while the station relocks, without interference, then with. Loop only.</summary>
internal sealed class RunningSession
{
    private readonly WorldConfiguration configuration;
    private readonly UserLight lightA;
    private readonly UserLight lightB;
    private readonly PhysicsSeed seed;
    private readonly long alignedSlot;
    private ISessionSimulator simulator;
    private bool aligned;

    /// <param name="configuration">The laboratory.</param>
    /// <param name="a">User at measurement input 1, armed.</param>
    /// <param name="b">User at measurement input 2, armed with the same session.</param>
    /// <param name="alignedPs">Time from which the station is locked.</param>
    /// <param name="seed">Seed of the session.</param>
    public RunningSession(WorldConfiguration configuration, LabUser a, LabUser b, long alignedPs, PhysicsSeed seed)
    {
        this.configuration = configuration;
        this.seed = seed;
        A = a;
        B = b;
        Light = a.Armed!.Light;
        lightA = new UserLight(a.Armed.States, a.Armed.Light.Source, a.Settings.LossDb);
        lightB = new UserLight(b.Armed!.States, b.Armed.Light.Source, b.Settings.LossDb);
        long periodPs = configuration.Timing.SlotPeriodPs;
        alignedSlot = Math.Clamp((alignedPs - Light.StartPs + periodPs - 1) / periodPs, 0, Light.Slots);
        aligned = alignedSlot == 0;
        simulator = Simulator();
    }

    public LabUser A { get; }

    public LabUser B { get; }

    /// <summary>What A armed; B's differs in the source only.</summary>
    public SessionLight Light { get; }

    /// <summary>Slots that were emitted.</summary>
    public long ReachedSlot => simulator.ReachedSlot;

    /// <summary>Slots that both users allow.</summary>
    public long UntilSlot => Math.Min(A.Armed?.UntilSlot ?? 0, B.Armed?.UntilSlot ?? 0);

    /// <summary>Simulates some slots more; a step may also yield only the tags that were left of the relock.</summary>
    /// <param name="slotsMax">At most so many.</param>
    /// <param name="tagsMax">At most about so many tags.</param>
    /// <param name="block">Receives the tags.</param>
    public void Step(long slotsMax, int tagsMax, TimeTagBlock block)
    {
        if (!aligned && ReachedSlot == alignedSlot)
        {
            simulator.Finish(block);
            aligned = true;
            simulator = Simulator();
            return;
        }

        long untilSlot = Math.Min(UntilSlot, ReachedSlot + slotsMax);
        simulator.Advance(aligned ? untilSlot : Math.Min(untilSlot, alignedSlot), tagsMax, block);
    }

    /// <summary>Ends the session where it is; the watermark is then at the end of the last emitted slot.</summary>
    public void Finish(TimeTagBlock block) => simulator.Finish(block);

    private ISessionSimulator Simulator()
    {
        StationSettings station = aligned
            ? configuration.Station
            : configuration.Station with { Interference = configuration.Interference with { Overlap = 0 } };
        PhysicsSeed own = seed.Derive(aligned ? "aligned" : "relocking");
        long firstSlot = aligned ? alignedSlot : 0;
        return configuration.Fidelity == Fidelity.Singles
            ? new SinglesSimulator(station, lightA, lightB, Light.StartPs, firstSlot, own)
            : new CoincidenceSimulator(station, lightA, lightB, Light.Pilots, Light.StartPs, firstSlot, own);
    }
}
