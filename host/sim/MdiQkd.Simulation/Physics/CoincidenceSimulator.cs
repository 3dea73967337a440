using MdiQkd.Acquisition;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Only the two tags of each |ψ⁻⟩ coincidence, a hundred times fewer than all clicks. A slot is a <i>potential</i> coincidence if
/// live detectors would click early in one and late in the other. Candidates are drawn at the largest probability of that over
/// all states and accepted with the exact phase-averaged probability of the two states there; the click pattern is then
/// seen through the blind bins of both detectors.
/// </summary>
/// <remarks>
/// <para>The blind bins follow their exact Markov chain: slots between two potential coincidences have the click patterns of
/// the label mix given that they are none, so the chain of these patterns is stepped from the last potential coincidence if
/// that is near, and drawn from its stationary state if it is farther than the chain remembers (total variation
/// below 1e-7). Pilot slots count in the mix by their share.</para>
/// <para>Both tags lie at the bin centres plus jitter, also if one is a dark count. |ψ⁺⟩ is not generated.</para>
/// </remarks>
public sealed class CoincidenceSimulator : ISessionSimulator
{

    /// <summary>Longest dead time in slots that the chain of blind bins follows: its states, 10,000 there, grow with the square.</summary>
    public const int DeadSlotsMax = 50;

    private readonly CandidateSlots candidates;
    private readonly PhysicsRandom random;
    private readonly PhysicsRandom chainRandom;
    private readonly PhysicsRandom jitterRandom;
    private readonly PotentialCoincidences potentials;
    private readonly BlindStates blind;
    private readonly JitterTable jitter;
    private readonly StationSettings station;
    private readonly TagQueue queue = new();
    private readonly long startPs;
    private long lastPotential;
    private (int C, int D) blindAfterLast;

    /// <summary>A stretch of slots with constant settings; the detectors are live at its start.</summary>
    /// <param name="station">Station.</param>
    /// <param name="a">Light at input 1.</param>
    /// <param name="b">Light at input 2.</param>
    /// <param name="pilots">Pilot pattern of the session.</param>
    /// <param name="startPs">Time of slot 0 of the session.</param>
    /// <param name="firstSlot">First slot of the stretch.</param>
    /// <param name="seed">Own seed of the stretch.</param>
    public CoincidenceSimulator(
        StationSettings station, UserLight a, UserLight b, PilotPattern pilots, long startPs, long firstSlot, PhysicsSeed seed)
    {
        this.station = station;
        this.startPs = startPs;
        ReachedSlot = firstSlot;
        lastPotential = firstSlot - 1;
        random = seed.Generator("coincidences");
        chainRandom = seed.Generator("blind bins");
        jitterRandom = seed.Generator("jitter");
        jitter = new JitterTable(station.Detectors.JitterSigmaPs);
        potentials = new PotentialCoincidences(station, a, b, pilots);
        blind = new BlindStates(potentials.OtherSlots, BlindBins.FromTiming(station.Timing, station.Detectors.DeadTimePs));
        candidates = new CandidateSlots(
            seed.Generator("candidate slots"), potentials.Largest, firstSlot, a.States, b.States);
    }

    /// <inheritdoc/>
    public long ReachedSlot { get; private set; }

    /// <inheritdoc/>
    public long Advance(long untilSlot, int tagsMax, TimeTagBlock block)
    {
        ReachedSlot = Math.Max(ReachedSlot, untilSlot);
        bool progress = false; // at least one batch a call: what waits for the watermark must not stop the next call
        int end;
        while ((end = candidates.Prepare(untilSlot)) > candidates.Position)
        {
            if (progress && queue.Count >= tagsMax)
            {
                ReachedSlot = candidates.Slots[candidates.Position];
                break;
            }

            Simulate(candidates.Position, end);
            candidates.Position = end;
            progress = true;
        }

        queue.MoveTo(block, startPs + (ReachedSlot * station.Timing.SlotPeriodPs) - jitter.MaxPs - 1);
        return ReachedSlot;
    }

    /// <inheritdoc/>
    public void Finish(TimeTagBlock block) =>
        queue.MoveAllTo(block, startPs + (ReachedSlot * station.Timing.SlotPeriodPs));

    private void Simulate(int first, int end)
    {
        ReadOnlySpan<long> slots = candidates.Slots;
        ReadOnlySpan<byte> packedA = candidates.PackedA;
        ReadOnlySpan<byte> packedB = candidates.PackedB;
        for (int i = first; i < end; i++)
        {
            int pair = (packedA[i] * PreparedState.Values) + packedB[i];
            double uniform = random.NextDouble() * potentials.Largest;
            if (uniform < potentials.Probability(pair))
            {
                See(slots[i], potentials.Pattern(pair, uniform));
            }
        }
    }

    private void See(long slot, int pattern)
    {
        (int c, int d) = blind.Before(slot - lastPotential - 1, blindAfterLast, chainRandom);
        int seen = blind.Seen(pattern, c, d);
        if (seen == (ClickWindows.CEarly | ClickWindows.DLate))
        {
            Emit(slot, station.ChannelC, station.ChannelD);
        }
        else if (seen == (ClickWindows.DEarly | ClickWindows.CLate))
        {
            Emit(slot, station.ChannelD, station.ChannelC);
        }

        lastPotential = slot;
        blindAfterLast = blind.After(pattern, c, d);
    }

    private void Emit(long slot, byte earlyChannel, byte lateChannel)
    {
        long slotPs = startPs + (slot * station.Timing.SlotPeriodPs);
        queue.Add(slotPs + station.Timing.EarlyCentrePs + jitter.Draw(jitterRandom), earlyChannel);
        queue.Add(slotPs + station.Timing.LateCentrePs + jitter.Draw(jitterRandom), lateChannel);
    }
}
