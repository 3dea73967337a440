using System.Numerics;
using System.Runtime.CompilerServices;
using MdiQkd.Acquisition;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Only the two tags of each |ψ⁻⟩ coincidence, a hundred times fewer than all clicks. A slot is a <i>potential</i> coincidence if
/// live detectors would click early in one and late in the other. Candidates are drawn at the largest probability of that over
/// all states and accepted with the exact phase-averaged probability of the two states there; the click pattern is then
/// seen through the blind bins of both detectors. Time goes with the candidates, most of it to look up states: so those that the
/// blind bins hide anyway are dropped first (<see cref="VisibleCandidates"/>).
/// </summary>
/// <remarks>
/// <para>The blind bins follow their exact Markov chain: slots between two potential coincidences have the click patterns of
/// the label mix given that they are none, so the chain of these patterns is stepped from the last potential coincidence if
/// that is near, and drawn from its stationary state if it is farther than the chain remembers (total variation
/// below 1e-7).</para>
/// <para>Pilot slots yield all their clicks (<see cref="PilotClicks"/>), so that feedback works as with every click.</para>
/// <para>Tags lie at the bin centres plus delay and jitter, also if one is a dark count. |ψ⁺⟩ is not generated.</para>
/// </remarks>
public sealed class CoincidenceSimulator : ISessionSimulator
{
    /// <summary>Longest dead time in slots that the chain of blind bins follows: its states, 10,000 there, grow with the square.</summary>
    public const int DeadSlotsMax = 50;

    private const int CThenD = ClickWindows.CEarly | ClickWindows.DLate;
    private const int DThenC = ClickWindows.DEarly | ClickWindows.CLate;

    private readonly VisibleCandidates candidates;
    private readonly CandidateFilter filter;
    private readonly PhysicsRandom chainRandom;
    private readonly AliasDraws stationaryDraws;
    private readonly PotentialCoincidences potentials;
    private readonly BlindStates blind;
    private readonly PilotClicks pilotClicks;
    private readonly PilotPattern pilots;
    private readonly ArrivalDelays? delays;
    private readonly (double Early, double Late)[] sharesOfA;
    private readonly byte[] channels; // d, c
    private readonly long slotPeriodPs;
    private readonly long firstEarlyPs; // early bin of slot 0
    private readonly long binSpacingPs;
    private readonly TagQueue queue;
    private readonly long startPs;
    private readonly int leadPs;
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
        : this(station, a, b, pilots, startPs, firstSlot, seed, null)
    {
    }

    /// <summary>The same with the blind bins of the stretch before, which serve again if the load is nearly the same.</summary>
    internal CoincidenceSimulator(
        StationSettings station,
        UserLight a,
        UserLight b,
        PilotPattern pilots,
        long startPs,
        long firstSlot,
        PhysicsSeed seed,
        BlindStates? blindStates)
    {
        SlotTiming timing = station.Timing;
        channels = [station.ChannelD, station.ChannelC];
        slotPeriodPs = timing.SlotPeriodPs;
        firstEarlyPs = startPs + timing.EarlyCentrePs;
        binSpacingPs = timing.BinSpacingPs;
        this.startPs = startPs;
        ReachedSlot = firstSlot;
        lastPotential = firstSlot - 1;
        chainRandom = seed.Generator("blind bins");
        var jitter = new JitterTable(station.ArrivalSigmaPs);
        queue = new TagQueue(jitter, seed.Generator("jitter")) { FloorPs = startPs + (firstSlot * slotPeriodPs) + 1 };
        this.pilots = pilots;
        delays = ArrivalDelays.OfAny(a, b, seed);
        leadPs = jitter.MaxPs + (delays?.LargestPs ?? 0) + 1;
        ExactChannel channel = ChannelOf(station, a, b);
        potentials = new PotentialCoincidences(channel, a.Source, b.Source);
        pilotClicks = new PilotClicks(channel, a.Source, b.Source, pilots, firstSlot, seed.Generator("pilots"));
        blind = blindStates?.FitsTo(potentials.OtherSlots) == true
            ? blindStates
            : new BlindStates(potentials.OtherSlots, BlindBins.FromTiming(timing, station.Detectors.EffectiveDeadTimePs));
        stationaryDraws = blind.StationaryDraws(seed.Generator("stationary blind bins"));
        candidates = new VisibleCandidates(
            new CandidateSlots(seed.Generator("candidate slots"), potentials.Largest, firstSlot),
            seed.Generator("far candidates"),
            pilots,
            blind.Memory,
            blind.LiveEnough);
        filter = new CandidateFilter(a.States, b.States, potentials.Words);
        sharesOfA = new (double, double)[PreparedState.ValuesWithPilots * PreparedState.ValuesWithPilots];
        for (int pair = 0; pair < sharesOfA.Length; pair++)
        {
            sharesOfA[pair] = PairOptics.Of(
                a, new PreparedState((byte)(pair / PreparedState.ValuesWithPilots)),
                b, new PreparedState((byte)(pair % PreparedState.ValuesWithPilots)),
                station).ShareOfA;
        }
    }

    /// <summary>Blind bins of the detectors, for the next stretch: setting them up takes longer than all the rest.</summary>
    internal BlindStates BlindStates => blind;

    /// <inheritdoc/>
    public long ReachedSlot { get; private set; }

    /// <inheritdoc/>
    public long Advance(long untilSlot, int tagsMax, TimeTagBlock block)
    {
        ReachedSlot = Math.Max(ReachedSlot, untilSlot);
        bool progress = false; // at least one batch a call: what waits for the watermark must not stop the next call
        while (candidates.TryPrepare(untilSlot))
        {
            int end = candidates.EndBefore(untilSlot);
            if (end == candidates.Position)
            {
                break;
            }

            if (progress && queue.Count >= tagsMax)
            {
                ReachedSlot = candidates.Slots[candidates.Position];
                break;
            }

            Simulate(candidates.Position, end);
            candidates.Position = end;
            progress = true;
        }

        SeePilots(ReachedSlot);
        queue.MoveTo(block, startPs + (ReachedSlot * slotPeriodPs) - leadPs);
        return ReachedSlot;
    }

    /// <inheritdoc/>
    public void Finish(TimeTagBlock block) =>
        queue.MoveAllTo(block, startPs + (ReachedSlot * slotPeriodPs));

    private void Simulate(int first, int end)
    {
        ReadOnlySpan<long> slots = candidates.Slots[first..end];
        ReadOnlySpan<ulong> words = candidates.Words[first..end];
        ReadOnlySpan<long> uniforms = candidates.Uniforms[first..end];
        filter.Accept(slots, words);
        ReadOnlySpan<byte> pairs = filter.Pairs;
        foreach (int i in filter.Accepted)
        {
            if (uniforms[i] == VisibleCandidates.Near)
            {
                SimulateNear(slots[i], pairs[i], words[i]);
                continue;
            }

            if (pilotClicks.Slot < slots[i])
            {
                SeePilots(slots[i]);
            }

            EmitCoincidence(slots[i], pairs[i], blind.SeenFar(potentials.Pattern(pairs[i], words[i]), uniforms[i]));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SimulateNear(long slot, byte pair, ulong word)
    {
        if (!pilots.Contains(slot))
        {
            SeePilots(slot);
            EmitCoincidence(slot, pair, See(slot, potentials.Pattern(pair, word)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EmitCoincidence(long slot, byte pair, int seen)
    {
        if (seen is CThenD or DThenC)
        {
            int cFirst = seen == CThenD ? 1 : 0;
            (int early, int late) = delays is null ? default : (delays.Draw(sharesOfA[pair].Early), delays.Draw(sharesOfA[pair].Late));
            long earlyPs = firstEarlyPs + (slot * slotPeriodPs);
            queue.AddPair(earlyPs + early, channels[cFirst], earlyPs + binSpacingPs + late, channels[1 - cFirst]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SeePilots(long untilSlot)
    {
        for (; pilotClicks.Slot < untilSlot; pilotClicks.Advance())
        {
            EmitAll(pilotClicks.Slot, See(pilotClicks.Slot, pilotClicks.Pattern), pilotClicks.Pair);
        }
    }

    private int See(long slot, int pattern)
    {
        (int c, int d) = blind.Before(slot - lastPotential - 1, blindAfterLast, chainRandom, stationaryDraws);
        lastPotential = slot;
        blindAfterLast = blind.After(pattern, c, d);
        return blind.Seen(pattern, c, d);
    }

    private void EmitAll(long slot, int seen, byte pair)
    {
        long earlyPs = firstEarlyPs + (slot * slotPeriodPs);
        for (; seen != 0; seen &= seen - 1)
        {
            // Bits of ClickWindows: c early, c late, d early, d late.
            int window = BitOperations.TrailingZeroCount(seen);
            bool isLate = (window & 1) != 0;
            int delay = delays?.Draw(isLate ? sharesOfA[pair].Late : sharesOfA[pair].Early) ?? 0;
            queue.Add(earlyPs + (isLate ? binSpacingPs : 0) + delay, channels[window < 2 ? 1 : 0]);
        }
    }

    private static ExactChannel ChannelOf(StationSettings station, UserLight a, UserLight b)
    {
        InterferenceSettings quality = station.Interference;
        return new ExactChannel(new ChannelParameters(
            a.LossDb,
            b.LossDb,
            station.Detectors.Efficiency,
            ChannelParameters.DarkCountsOf(station.Detectors.DarkRateHz, station.Timing.WindowPs),
            quality.Overlap,
            quality.Extinction,
            quality.PhaseErrorRad,
            quality.MisalignmentZ,
            quality.MisalignmentX));
    }
}
