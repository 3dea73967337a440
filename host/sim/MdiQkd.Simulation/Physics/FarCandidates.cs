using System.Numerics;
using System.Runtime.InteropServices;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Candidates that are farther from all other candidates and from all pilots than the detectors remember: blind bins there are in their
/// stationary state, and nothing depends on what the detectors do there. So the blind bins are drawn first, and a candidate that they
/// hide needs no states.
/// </summary>
internal sealed class FarCandidates
{
    /// <summary>Stands for a candidate that is near to another one or to a pilot.</summary>
    public const long Near = -1;

    private readonly PhysicsRandom random;
    private readonly ulong[] words = new ulong[CandidateSlots.BatchSize / 2];
    private readonly long[] uniforms = new long[CandidateSlots.BatchSize];
    private readonly long memory;
    private readonly long period; // of the pilots
    private readonly long reach; // positions of the period that are near to a pilot, counted from one memory before its first

    /// <param name="random">Own generator.</param>
    /// <param name="pilots">Pilot pattern.</param>
    /// <param name="memory">Slots that the detectors remember.</param>
    public FarCandidates(PhysicsRandom random, PilotPattern pilots, int memory)
    {
        this.random = random;
        this.memory = memory;
        period = pilots.Period;
        reach = pilots.Length > 0 ? pilots.Length + (2L * memory) : 0;
    }

    /// <summary>For each candidate of the batch <see cref="Near"/>, or a uniform number of <see cref="BlindStates.UniformBits"/> bits.</summary>
    public ReadOnlySpan<long> Uniforms => uniforms;

    /// <summary>Draws for the next batch.</summary>
    /// <param name="slots">The slot before the batch, the batch, and one more.</param>
    public void Draw(ReadOnlySpan<long> slots)
    {
        random.Fill(words);
        ReadOnlySpan<uint> halves = MemoryMarshal.Cast<ulong, uint>(words);
        int count = Vector<long>.Count;
        bool masked = BitOperations.IsPow2(period);
        for (int i = 0; i < uniforms.Length; i += 2 * count)
        {
            Vector.Widen(new Vector<uint>(halves[i..]), out Vector<ulong> first, out Vector<ulong> second);
            (Nearness(slots[i..], masked) | first.As<ulong, long>()).CopyTo(uniforms, i);
            (Nearness(slots[(i + count)..], masked) | second.As<ulong, long>()).CopyTo(uniforms, i + count);
        }

        for (int i = 0; !masked && i < uniforms.Length; i++)
        {
            if ((slots[i + 1] + memory) % period < reach)
            {
                uniforms[i] = Near;
            }
        }
    }

    // All bits set where a neighbour or, if the period is a power of two, a pilot is near.
    private Vector<long> Nearness(ReadOnlySpan<long> slots, bool masked)
    {
        var slot = new Vector<long>(slots[1..]);
        var far = new Vector<long>(memory);
        Vector<long> near = Vector.LessThanOrEqual(slot - new Vector<long>(slots), far)
            | Vector.LessThanOrEqual(new Vector<long>(slots[2..]) - slot, far);
        return masked ? near | Vector.LessThan((slot + far) & new Vector<long>(period - 1), new Vector<long>(reach)) : near;
    }
}
