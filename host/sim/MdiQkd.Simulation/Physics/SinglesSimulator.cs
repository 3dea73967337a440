using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Every click of both detectors as a time tag. Candidate slots are drawn at the largest probability that any photon of a slot
/// is seen, over all states; at a candidate the states are looked up, the number of seen photons is drawn from its
/// Poisson law, the global phase uniformly, and each photon falls into one of the four windows.
/// </summary>
/// <remarks>
/// Design: nothing here uses averaged coincidence formulas, so that a comparison with <see cref="KeyRate.Channel.ExactChannel"/>
/// is one of two independent derivations. Trade-off: cost grows with the clicks, 6–22 million a second at 30–50 km.
/// </remarks>
public sealed class SinglesSimulator : ISessionSimulator
{
    private readonly CandidateSlots candidates;
    private readonly PhysicsRandom random;
    private readonly PhysicsRandom acceptRandom;
    private readonly double[] uniforms = new double[CandidateSlots.BatchSize];
    private readonly int[] accepted = new int[CandidateSlots.BatchSize];
    private readonly double[] clicks = new double[PreparedState.ValuesWithPilots * PreparedState.ValuesWithPilots];
    private readonly PairOptics[] optics = new PairOptics[PreparedState.ValuesWithPilots * PreparedState.ValuesWithPilots];
    private readonly double[]? flips; // probability that B's bit is flipped, per pair of states
    private readonly double candidateProbability;
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
        random = seed.Generator("photons");
        acceptRandom = seed.Generator("slots with a photon");
        double misalignment = Math.Max(station.Interference.MisalignmentZ, station.Interference.MisalignmentX);
        flips = misalignment > 0 ? new double[optics.Length] : null;
        for (int i = 0; i < optics.Length; i++)
        {
            var stateA = new PreparedState((byte)(i / PreparedState.ValuesWithPilots));
            var stateB = new PreparedState((byte)(i % PreparedState.ValuesWithPilots));
            optics[i] = PairOptics.Of(a, stateA, b, stateB, station);
            clicks[i] = optics[i].Click;
            candidateProbability = Math.Max(candidateProbability, optics[i].Click);
            if (flips is not null)
            {
                flips[i] = stateA.Label == IntensityLabel.Z && stateB.Label == IntensityLabel.Z
                    ? station.Interference.MisalignmentZ
                    : station.Interference.MisalignmentX;
            }
        }

        candidates = new CandidateSlots(
            seed.Generator("candidate slots"), candidateProbability, firstSlot, a.States, b.States);
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
        int end;
        while ((end = candidates.Prepare(untilSlot)) > candidates.Position)
        {
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
        ReadOnlySpan<long> slots = candidates.Slots;
        ReadOnlySpan<byte> packedA = candidates.PackedA;
        ReadOnlySpan<byte> packedB = candidates.PackedB;
        acceptRandom.Fill(uniforms.AsSpan(0, end - first));

        // Which are accepted cannot be predicted: they are collected without a branch.
        int count = 0;
        for (int i = first; i < end; i++)
        {
            int pair = (packedA[i] * PreparedState.ValuesWithPilots) + packedB[i];
            double uniform = uniforms[i - first] * candidateProbability;
            accepted[count] = i;
            uniforms[count] = uniform;
            count += uniform < clicks[pair] ? 1 : 0;
        }

        for (int n = 0; n < count; n++)
        {
            int i = accepted[n];
            int pair = (packedA[i] * PreparedState.ValuesWithPilots) + packedB[i];

            // A flipped bit changes where light falls, not how much.
            if (flips is not null && random.NextDouble() < flips[pair])
            {
                pair ^= 1 << PreparedState.BitShift;
            }

            ref readonly PairOptics pairOptics = ref optics[pair];
            int windows = Photons(in pairOptics, uniforms[n]);
            long slotPs = startPs + (slots[i] * timing.SlotPeriodPs);
            if ((windows & (ClickWindows.CEarly | ClickWindows.DEarly)) != 0)
            {
                detectors.Hit(windows, slotPs + timing.EarlyCentrePs, delays?.Draw(pairOptics.ShareOfA.Early) ?? 0);
            }

            if ((windows & (ClickWindows.CLate | ClickWindows.DLate)) != 0)
            {
                detectors.Hit(windows >> 1, slotPs + timing.LateCentrePs, delays?.Draw(pairOptics.ShareOfA.Late) ?? 0);
            }
        }
    }

    // The uniform number that accepted the slot also chooses the number of photons: it lies below the probability of 1, 1..2, …
    private int Photons(in PairOptics pair, double uniform)
    {
        ulong word = random.NextUInt64();
        int phase = (int)(word >> (64 - PhaseTable.Bits));
        double cosine = PhaseTable.Cosines[phase];
        double sine = PhaseTable.Sines[phase];
        int windows = pair.Photon(cosine, sine, word);
        double term = pair.Single;
        double sum = term;
        for (int photons = 2; uniform >= sum && term > 1e-18; photons++)
        {
            term *= pair.Mean / photons;
            sum += term;
            windows |= pair.Photon(cosine, sine, random.NextUInt64());
        }

        return windows;
    }
}
