using System.Numerics;
using System.Runtime.CompilerServices;
using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Every click of both detectors as a time tag. Candidate slots are drawn at the largest probability that any photon of a slot
/// is seen, over all states; at a candidate the states are looked up, and the windows that its photons fall into are drawn
/// (<see cref="WindowPatterns"/>: Poisson photon numbers, uniform global phase).
/// </summary>
/// <remarks>
/// Design: nothing here uses averaged coincidence formulas, so that a comparison with <see cref="KeyRate.Channel.ExactChannel"/>
/// is one of two independent derivations. Trade-off: cost grows with the clicks, 6–22 million a second at 30–50 km.
/// </remarks>
public sealed class SinglesSimulator : ISessionSimulator
{
    private readonly CandidateSlots candidates;
    private readonly CandidateFilter filter;
    private readonly WindowPatterns patterns;
    private readonly PairOptics[] optics = new PairOptics[PreparedState.ValuesWithPilots * PreparedState.ValuesWithPilots];
    private readonly double[]? flips; // probability that B's bit is flipped, per pair of states
    private readonly PhysicsRandom flipRandom;
    private readonly byte[] flippedPairs = new byte[CandidateSlots.BatchSize];
    private readonly LightHits hits = new();
    private readonly ulong[] words = new ulong[CandidateSlots.BatchSize];
    private readonly long[] firstWindowsPs; // their centres in slot 0, in order of time
    private readonly DetectorPair detectors;
    private readonly ArrivalDelays? delays;
    private readonly long startPs;
    private readonly long slotPeriodPs;

    /// <summary>A stretch of slots with constant settings; the detectors are live at its start.</summary>
    /// <param name="station">Station.</param>
    /// <param name="a">Light at input 1.</param>
    /// <param name="b">Light at input 2.</param>
    /// <param name="startPs">Time of slot 0 of the session.</param>
    /// <param name="firstSlot">First slot of the stretch.</param>
    /// <param name="seed">Own seed of the stretch.</param>
    public SinglesSimulator(
        StationSettings station, UserLight a, UserLight b, long startPs, long firstSlot, PhysicsSeed seed)
    {
        SlotTiming timing = station.Timing;
        this.startPs = startPs;
        ReachedSlot = firstSlot;
        (long earlyPs, long latePs) = (startPs + timing.EarlyCentrePs, startPs + timing.LateCentrePs);
        firstWindowsPs = [earlyPs, earlyPs, latePs, latePs];
        slotPeriodPs = timing.SlotPeriodPs;
        flipRandom = seed.Generator("flipped bits");
        double misalignment = Math.Max(station.Interference.MisalignmentZ, station.Interference.MisalignmentX);
        flips = misalignment > 0 ? new double[optics.Length] : null;
        for (int i = 0; i < optics.Length; i++)
        {
            var stateA = new PreparedState((byte)(i / PreparedState.ValuesWithPilots));
            var stateB = new PreparedState((byte)(i % PreparedState.ValuesWithPilots));
            optics[i] = PairOptics.Of(a, stateA, b, stateB, station);
            if (flips is not null)
            {
                flips[i] = stateA.Label == IntensityLabel.Z && stateB.Label == IntensityLabel.Z
                    ? station.Interference.MisalignmentZ
                    : station.Interference.MisalignmentX;
            }
        }

        patterns = new WindowPatterns(optics);
        candidates = new CandidateSlots(seed.Generator("candidate slots"), patterns.Largest, firstSlot);
        filter = new CandidateFilter(a.States, b.States, patterns.Words);
        delays = ArrivalDelays.OfAny(a, b, seed);
        detectors = new DetectorPair(
            station, seed, startPs + (firstSlot * slotPeriodPs), delays?.LargestPs ?? 0);
    }

    /// <inheritdoc/>
    public long ReachedSlot { get; private set; }

    /// <inheritdoc/>
    public long Advance(long untilSlot, int tagsMax, TimeTagBlock block)
    {
        ReachedSlot = Math.Max(ReachedSlot, untilSlot);
        bool progress = false; // at least one batch a call: what waits for the watermark must not stop the next call
        while (true)
        {
            if (candidates.IsUsedUp)
            {
                candidates.Next();
                candidates.DrawWords(words);
            }

            int end = candidates.EndBefore(untilSlot);
            if (end == candidates.Position)
            {
                break;
            }

            if (progress && detectors.Count >= tagsMax)
            {
                ReachedSlot = candidates.Slots[candidates.Position];
                break;
            }

            Simulate(candidates.Position, end);
            candidates.Position = end;
            progress = true;
        }

        detectors.MoveTo(block, startPs + (ReachedSlot * slotPeriodPs));
        return ReachedSlot;
    }

    /// <inheritdoc/>
    public void Finish(TimeTagBlock block) =>
        detectors.MoveAllTo(block, startPs + (ReachedSlot * slotPeriodPs));

    private void Simulate(int first, int end)
    {
        ReadOnlySpan<long> slots = candidates.Slots[first..end];
        ReadOnlySpan<ulong> wordsOfSlots = words.AsSpan(first, slots.Length);
        filter.Accept(slots, wordsOfSlots);
        detectors.Take(AddHits(slots, wordsOfSlots, filter.Accepted, flips is null ? filter.Pairs : FlippedPairs(flips)));
    }

    // A flipped bit changes where light falls, not how much.
    private ReadOnlySpan<byte> FlippedPairs(double[] probabilities)
    {
        filter.Pairs.CopyTo(flippedPairs);
        foreach (int i in filter.Accepted)
        {
            bool isFlipped = flipRandom.NextDouble() < probabilities[flippedPairs[i]];
            flippedPairs[i] ^= (byte)(isFlipped ? 1 << PreparedState.BitShift : 0);
        }

        return flippedPairs;
    }

    private LightHits AddHits(ReadOnlySpan<long> slots, ReadOnlySpan<ulong> wordsOfSlots, ReadOnlySpan<int> accepted, ReadOnlySpan<byte> pairs)
    {
        Span<long> timesPs = hits.TimesPs;
        Span<byte> hitDetectors = hits.Detectors;
        ReadOnlySpan<long> firstPs = firstWindowsPs;
        int single = delays is null ? WindowPatterns.Windows : 0; // patterns below this are one hit on the raster
        long periodPs = slotPeriodPs;
        WindowPatterns drawn = patterns;
        int count = 0;
        foreach (int i in accepted)
        {
            int pattern = drawn.Draw(pairs[i], wordsOfSlots[i]);
            long slotPs = slots[i] * periodPs;
            if (pattern < single)
            {
                timesPs[count] = slotPs + firstPs[pattern];
                hitDetectors[count++] = (byte)(pattern & 1);
            }
            else
            {
                count = AddAll(count, WindowPatterns.SetOf(pattern), slotPs, optics[pairs[i]].ShareOfA);
            }
        }

        hits.Count = count;
        return hits;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddAll(int count, int windows, long slotPs, (double Early, double Late) shareOfA)
    {
        // Both detectors' light of a bin comes together.
        const int earlyWindows = 3;
        int early = delays is not null && (windows & earlyWindows) != 0 ? delays.Draw(shareOfA.Early) : 0;
        int late = delays is not null && windows > earlyWindows ? delays.Draw(shareOfA.Late) : 0;
        for (; windows != 0; windows &= windows - 1)
        {
            int window = BitOperations.TrailingZeroCount(windows);
            hits.TimesPs[count] = slotPs + firstWindowsPs[window];
            hits.DelaysPs[count] = window < 2 ? early : late;
            hits.Detectors[count++] = (byte)(window & 1);
        }

        return count;
    }
}
