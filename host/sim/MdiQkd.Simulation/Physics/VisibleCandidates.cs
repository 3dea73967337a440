using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Candidates of <see cref="CandidateSlots"/> without those that blind detectors hide anyway. A candidate is <i>far</i> if all other
/// candidates and all pilots are farther than the detectors remember: blind bins there are in their stationary state, and nothing depends
/// on what the detectors do there. So its blind bins are drawn first, and if they hide it no states need to be looked up.
/// </summary>
internal sealed class VisibleCandidates
{
    /// <summary>Stands for the blind bins of a candidate that is near to another one or to a pilot.</summary>
    public const long Near = -1;

    private const int Lanes = 4;

    private readonly CandidateSlots candidates;
    private readonly PhysicsRandom random;
    private readonly ulong[] twoNumbers = new ulong[CandidateSlots.BatchSize / 2];
    private readonly long[] slots = new long[CandidateSlots.BatchSize + Lanes];
    private readonly long[] uniforms = new long[CandidateSlots.BatchSize + Lanes];
    private readonly ulong[] words = new ulong[CandidateSlots.BatchSize];
    private readonly long memory;
    private readonly long liveEnough;
    private readonly long period; // of the pilots
    private readonly long reach; // positions of the period that are near to a pilot, counted from one memory before its first
    private int count;

    /// <param name="candidates">All candidates.</param>
    /// <param name="random">Own generator.</param>
    /// <param name="pilots">Pilot pattern.</param>
    /// <param name="memory">Slots that the detectors remember.</param>
    /// <param name="liveEnough">Share of the stationary state that hides nothing, out of 2^<see cref="BlindStates.UniformBits"/>.</param>
    public VisibleCandidates(CandidateSlots candidates, PhysicsRandom random, PilotPattern pilots, int memory, long liveEnough)
    {
        this.candidates = candidates;
        this.random = random;
        this.memory = memory;
        this.liveEnough = liveEnough;
        period = pilots.Period;
        reach = pilots.Length > 0 ? pilots.Length + (2L * memory) : 0;
    }

    /// <summary>First of the batch that has not been used.</summary>
    public int Position { get; set; }

    /// <summary>Slots of the batch.</summary>
    public ReadOnlySpan<long> Slots => slots.AsSpan(0, count);

    /// <summary>Their random words.</summary>
    public ReadOnlySpan<ulong> Words => words.AsSpan(0, count);

    /// <summary>For each <see cref="Near"/>, or a uniform number below the share that hides nothing.</summary>
    public ReadOnlySpan<long> Uniforms => uniforms.AsSpan(0, count);

    /// <summary>Makes sure that there is an unused one, if any lies before a slot.</summary>
    /// <returns>Whether there may be.</returns>
    public bool TryPrepare(long untilSlot)
    {
        while (Position == count)
        {
            if (candidates.Slots[^1] >= untilSlot)
            {
                return false;
            }

            Next();
        }

        return true;
    }

    /// <summary>End of the unused ones of the batch that lie before a slot.</summary>
    public int EndBefore(long untilSlot) => CandidateSlots.EndBefore(Slots, Position, untilSlot);

    /// <summary>Draws the next batch.</summary>
    public void Next()
    {
        candidates.Next();
        random.Fill(twoNumbers);
        ReadOnlySpan<uint> numbers = MemoryMarshal.Cast<ulong, uint>(twoNumbers);
        ReadOnlySpan<long> batch = candidates.SlotsAndNeighbours;
        count = Compaction.IsSupported && BitOperations.IsPow2(period) ? KeepVectors(batch, numbers) : Keep(batch, numbers);
        candidates.DrawWords(words.AsSpan(0, count));
        Position = 0;
    }

    private int Keep(ReadOnlySpan<long> batch, ReadOnlySpan<uint> numbers)
    {
        int kept = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            long slot = batch[i + 1];
            bool near = slot - batch[i] <= memory || batch[i + 2] - slot <= memory || (slot + memory) % period < reach;
            slots[kept] = slot;
            uniforms[kept] = near ? Near : numbers[i];
            kept += uniforms[kept] < liveEnough ? 1 : 0;
        }

        return kept;
    }

    private int KeepVectors(ReadOnlySpan<long> batch, ReadOnlySpan<uint> numbers)
    {
        ref long from = ref MemoryMarshal.GetReference(batch[..(numbers.Length + 2)]);
        ref uint number = ref MemoryMarshal.GetReference(numbers);
        ref long toSlots = ref MemoryMarshal.GetReference(slots.AsSpan(0, numbers.Length + Lanes));
        ref long toUniforms = ref MemoryMarshal.GetReference(uniforms.AsSpan(0, numbers.Length + Lanes));
        Vector256<long> far = Vector256.Create(memory), positions = Vector256.Create(period - 1);
        Vector256<long> pilots = Vector256.Create(reach), live = Vector256.Create(liveEnough);
        nuint kept = 0;
        for (nuint i = 0; i < (nuint)numbers.Length; i += Lanes)
        {
            Vector256<long> slot = Vector256.LoadUnsafe(ref from, i + 1);
            Vector256<long> near = Vector256.GreaterThan(pilots, (slot + far) & positions) | ~(
                Vector256.GreaterThan(slot - Vector256.LoadUnsafe(ref from, i), far)
                & Vector256.GreaterThan(Vector256.LoadUnsafe(ref from, i + 2) - slot, far));
            Vector256<long> uniform = near | Avx2.ConvertToVector256Int64(Vector128.LoadUnsafe(ref number, i));
            uint wanted = Vector256.GreaterThan(live, uniform).ExtractMostSignificantBits();
            Vector256<int> order = Compaction.Order(wanted);
            Compaction.Front(slot, order).StoreUnsafe(ref toSlots, kept);
            Compaction.Front(uniform, order).StoreUnsafe(ref toUniforms, kept);
            kept += (uint)BitOperations.PopCount(wanted);
        }

        return (int)kept;
    }
}
