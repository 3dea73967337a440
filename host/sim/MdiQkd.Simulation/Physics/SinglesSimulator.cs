using System.Numerics;
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
    private readonly LightHits hits = new();
    private readonly ulong[] words = new ulong[CandidateSlots.BatchSize];
    private readonly long[] windowCentresPs;
    private readonly DetectorPair detectors;
    private readonly ArrivalDelays? delays;
    private readonly SlotTiming timing;
    private readonly long startPs;

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
        timing = station.Timing;
        this.startPs = startPs;
        ReachedSlot = firstSlot;
        windowCentresPs = [timing.EarlyCentrePs, timing.EarlyCentrePs, timing.LateCentrePs, timing.LateCentrePs];
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
            station, seed, startPs + (firstSlot * timing.SlotPeriodPs), delays?.LargestPs ?? 0);
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

        detectors.MoveTo(block, startPs + (ReachedSlot * timing.SlotPeriodPs));
        return ReachedSlot;
    }

    /// <inheritdoc/>
    public void Finish(TimeTagBlock block) =>
        detectors.MoveAllTo(block, startPs + (ReachedSlot * timing.SlotPeriodPs));

    private void Simulate(int first, int end)
    {
        ReadOnlySpan<long> slots = candidates.Slots[first..end];
        ReadOnlySpan<ulong> wordsOfSlots = words.AsSpan(first, slots.Length);
        filter.Accept(slots, wordsOfSlots);
        ReadOnlySpan<int> accepted = filter.Accepted;
        ReadOnlySpan<byte> pairs = filter.Pairs;
        (long[] timesPs, byte[] hitDetectors) = (hits.TimesPs, hits.Detectors);
        ReadOnlySpan<long> centresPs = windowCentresPs;
        long periodPs = timing.SlotPeriodPs;
        bool onRaster = delays is null;
        int count = 0;
        for (int n = 0; n < accepted.Length; n++)
        {
            int i = accepted[n];
            int pair = pairs[i];

            // A flipped bit changes where light falls, not how much.
            if (flips is not null && flipRandom.NextDouble() < flips[pair])
            {
                pair ^= 1 << PreparedState.BitShift;
            }

            int pattern = patterns.Draw(pair, wordsOfSlots[i]);
            long slotPs = startPs + (slots[i] * periodPs);
            if (pattern < WindowPatterns.Windows && onRaster)
            {
                timesPs[count] = slotPs + centresPs[pattern];
                hitDetectors[count++] = (byte)(pattern & 1);
            }
            else
            {
                count = AddAll(count, WindowPatterns.SetOf(pattern), slotPs, optics[pair].ShareOfA);
            }
        }

        hits.Count = count;
        detectors.Take(hits);
    }

    private int AddAll(int count, int windows, long slotPs, (double Early, double Late) shareOfA)
    {
        // Both detectors' light of a bin comes together.
        const int earlyWindows = 3;
        int early = delays is not null && (windows & earlyWindows) != 0 ? delays.Draw(shareOfA.Early) : 0;
        int late = delays is not null && windows > earlyWindows ? delays.Draw(shareOfA.Late) : 0;
        for (; windows != 0; windows &= windows - 1)
        {
            int window = BitOperations.TrailingZeroCount(windows);
            hits.TimesPs[count] = slotPs + windowCentresPs[window];
            hits.DelaysPs[count] = window < 2 ? early : late;
            hits.Detectors[count++] = (byte)(window & 1);
        }

        return count;
    }
}
