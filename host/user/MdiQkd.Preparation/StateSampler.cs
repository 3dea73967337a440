using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// Packed states of slots from the first 32 bits of their counter blocks: the label is the number of <see cref="SourceSettings.Sample"/>'s
/// thresholds (order o, w, v, z) that the low 16 bits reach, bit 16 is the encoded bit; pilots carry their public state.
/// </summary>
internal sealed class StateSampler
{
    private const int Step = 16;

    private readonly uint w;
    private readonly uint v;
    private readonly uint z;
    private readonly PilotPattern pilots;
    private readonly bool isReference;
    private readonly long slotCount;
    private readonly long periodMask; // −1 if the period is no power of two

    /// <param name="source">Label weights.</param>
    /// <param name="pilots">Public pilot pattern.</param>
    /// <param name="slots">Slots of the session.</param>
    /// <param name="isReference">Whether the user is A of its pair.</param>
    public StateSampler(SourceSettings source, PilotPattern pilots, long slots, bool isReference)
    {
        w = (uint)source.OWeight;
        v = w + (uint)source.WWeight;
        z = v + (uint)source.VWeight;
        this.pilots = pilots;
        this.isReference = isReference;
        slotCount = slots;
        periodMask = BitOperations.IsPow2(pilots.Period) ? pilots.Period - 1 : -1;
    }

    /// <summary>Samples a batch.</summary>
    /// <param name="slots">Slots.</param>
    /// <param name="random">As many first words of counter blocks.</param>
    /// <param name="packed">Receives the states.</param>
    /// <returns>False if a slot lies outside the session.</returns>
    public bool TrySample(ReadOnlySpan<long> slots, ReadOnlySpan<uint> random, Span<byte> packed)
    {
        if (!AllInSession(slots))
        {
            return false;
        }

        int i = 0;
        for (; i + Step <= slots.Length; i += Step)
        {
            ReadOnlySpan<Vector128<uint>> four = MemoryMarshal.Cast<uint, Vector128<uint>>(random.Slice(i, Step));
            Vector128<ushort> low = Vector128.Narrow(Sample(four[0]), Sample(four[1]));
            Vector128<ushort> high = Vector128.Narrow(Sample(four[2]), Sample(four[3]));
            Vector128.Narrow(low, high).CopyTo(packed[i..]);
        }

        for (; i < slots.Length; i++)
        {
            packed[i] = (byte)Sample(Vector128.CreateScalar(random[i])).ToScalar();
        }

        if (pilots.Length > 0)
        {
            SetPilots(slots, packed);
        }

        return true;
    }

    // A comparison that holds is −1.
    private Vector128<uint> Sample(Vector128<uint> random)
    {
        Vector128<int> uniform = (random & Vector128.Create(0xFFFFu)).AsInt32();
        Vector128<int> below = Vector128.LessThan(uniform, Vector128.Create((int)w))
            + Vector128.LessThan(uniform, Vector128.Create((int)v))
            + Vector128.LessThan(uniform, Vector128.Create((int)z));
        Vector128<uint> bit = (random >> (16 - PreparedState.BitShift)) & Vector128.Create(1u << PreparedState.BitShift);
        return (Vector128.Create(3) + below).AsUInt32() | bit;
    }

    private bool AllInSession(ReadOnlySpan<long> slots)
    {
        // The sign of either word is set if the slot is outside; a sum of the two cannot overflow.
        ReadOnlySpan<Vector<long>> vectors = MemoryMarshal.Cast<long, Vector<long>>(slots);
        var last = new Vector<long>(slotCount - 1);
        Vector<long> outside = Vector<long>.Zero;
        foreach (Vector<long> slot in vectors)
        {
            outside |= slot | (last - slot);
        }

        bool all = Vector.GreaterThanOrEqualAll(outside, Vector<long>.Zero);
        for (int i = vectors.Length * Vector<long>.Count; i < slots.Length; i++)
        {
            all &= (ulong)slots[i] < (ulong)slotCount;
        }

        return all;
    }

    private void SetPilots(ReadOnlySpan<long> slots, Span<byte> packed)
    {
        if (periodMask < 0)
        {
            SetPilots(slots, packed, 0);
            return;
        }

        // Periods of patterns made for speed are powers of two; a few slots at a time have no pilot among them.
        int count = Vector<long>.Count;
        var mask = new Vector<long>(periodMask);
        var length = new Vector<long>(pilots.Length);
        int i = 0;
        for (; i + count <= slots.Length; i += count)
        {
            if (Vector.LessThanAny(new Vector<long>(slots[i..]) & mask, length))
            {
                SetPilots(slots.Slice(i, count), packed, i);
            }
        }

        SetPilots(slots[i..], packed, i);
    }

    private void SetPilots(ReadOnlySpan<long> slots, Span<byte> packed, int offset)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (pilots.Contains(slots[i]))
            {
                packed[offset + i] = PilotPattern.StateOf(pilots.KindOf(slots[i]), isReference).Packed;
            }
        }
    }
}
