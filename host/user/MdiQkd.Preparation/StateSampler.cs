using System.Numerics;
using System.Runtime.InteropServices;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// Packed states of slots from the first 32 bits of their counter blocks: the label is the number of <see cref="SourceSettings.Sample"/>'s
/// thresholds (order o, w, v, z) that the low 16 bits reach, bit 16 is the encoded bit; pilots carry their public state.
/// </summary>
internal sealed class StateSampler
{
    private static readonly int Step = Vector<byte>.Count;

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
        bool all = true;
        int i = 0;
        for (; i + Step <= slots.Length; i += Step)
        {
            ReadOnlySpan<Vector<uint>> words = MemoryMarshal.Cast<uint, Vector<uint>>(random.Slice(i, Step));
            Vector<ushort> low = Vector.Narrow(Sample(words[0]), Sample(words[1]));
            Vector<ushort> high = Vector.Narrow(Sample(words[2]), Sample(words[3]));
            Vector.Narrow(low, high).CopyTo(packed[i..]);
            ReadOnlySpan<long> step = slots.Slice(i, Step);
            (bool inSession, bool mayBePilots) = Classify(step);
            all &= inSession;
            if (mayBePilots)
            {
                SetPilots(step, packed[i..]);
            }
        }

        for (int n = i; n < slots.Length; n++)
        {
            packed[n] = (byte)Sample(new Vector<uint>(random[n]))[0];
            all &= (ulong)slots[n] < (ulong)slotCount;
        }

        SetPilots(slots[i..], packed[i..]);
        return all;
    }

    // A comparison that holds is −1.
    private Vector<uint> Sample(Vector<uint> random)
    {
        Vector<int> uniform = (random & new Vector<uint>(0xFFFF)).As<uint, int>();
        Vector<int> below = Vector.LessThan(uniform, new Vector<int>((int)w))
            + Vector.LessThan(uniform, new Vector<int>((int)v))
            + Vector.LessThan(uniform, new Vector<int>((int)z));
        Vector<uint> bit = (random >> (16 - PreparedState.BitShift)) & new Vector<uint>(1u << PreparedState.BitShift);
        return (new Vector<int>(3) + below).As<int, uint>() | bit;
    }

    // Whether all slots belong to the session, and whether pilots may be among them: they are rare, and with a period that is a power
    // of two, as patterns made for speed have, this shows without a division.
    private (bool InSession, bool MayBePilots) Classify(ReadOnlySpan<long> slots)
    {
        var last = new Vector<long>(slotCount - 1);
        var mask = new Vector<long>(periodMask);
        var length = new Vector<long>(pilots.Length);
        Vector<long> outside = Vector<long>.Zero, pilot = Vector<long>.Zero;
        foreach (Vector<long> slot in MemoryMarshal.Cast<long, Vector<long>>(slots))
        {
            outside |= slot | (last - slot); // the sign of either is set; the difference cannot overflow if neither is negative
            pilot |= Vector.LessThan(slot & mask, length);
        }

        return (
            Vector.GreaterThanOrEqualAll(outside, Vector<long>.Zero),
            pilots.Length > 0 && (periodMask < 0 || pilot != Vector<long>.Zero));
    }

    private void SetPilots(ReadOnlySpan<long> slots, Span<byte> packed)
    {
        for (int i = 0; pilots.Length > 0 && i < slots.Length; i++)
        {
            if (pilots.Contains(slots[i]))
            {
                packed[i] = PilotPattern.StateOf(pilots.KindOf(slots[i]), isReference).Packed;
            }
        }
    }
}
