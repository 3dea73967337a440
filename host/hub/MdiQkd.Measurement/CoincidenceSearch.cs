using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MdiQkd.Measurement;

/// <summary>Finds the tags among <see cref="ClickKeys"/> that may matter: those that share their slot, and those in pilot slots.</summary>
internal static class CoincidenceSearch
{
    /// <summary>Whether slots never descend.</summary>
    public static bool IsAscending(ReadOnlySpan<int> keys)
    {
        ref int key = ref MemoryMarshal.GetReference(keys);
        Vector256<int> belowSlot = Vector256.Create((1 << ClickKeys.SlotShift) - 1);
        Vector256<int> descents = default;
        int i = 0;
        for (; i + 9 <= keys.Length; i += 8)
        {
            Vector256<int> next = Vector256.LoadUnsafe(ref key, (nuint)(i + 1)) | belowSlot;
            descents |= Vector256.GreaterThan(Vector256.LoadUnsafe(ref key, (nuint)i), next);
        }

        bool ascending = descents == Vector256<int>.Zero;
        for (i++; i < keys.Length; i++)
        {
            ascending &= keys[i] >> ClickKeys.SlotShift >= keys[i - 1] >> ClickKeys.SlotShift;
        }

        return ascending;
    }

    /// <summary>Up to 64 tags from <paramref name="from"/>: bit i is set if tag from + i is a pilot or has the slot of the next.</summary>
    /// <param name="keys">Keys, with <see cref="ClickKeys.End"/> at <paramref name="count"/>.</param>
    /// <param name="from">First tag.</param>
    /// <param name="count">Tags of the chunk.</param>
    public static ulong Candidates(ReadOnlySpan<int> keys, int from, int count)
    {
        ulong wanted = 0;
        if (from + 64 < keys.Length && from + 64 <= count)
        {
            ref int key = ref MemoryMarshal.GetReference(keys);
            Vector256<int> slotUnit = Vector256.Create(1 << ClickKeys.SlotShift);
            Vector256<int> pilotBit = Vector256.Create(ClickKeys.PilotBit);
            for (int i = 0; i < 64; i += 8)
            {
                Vector256<int> these = Vector256.LoadUnsafe(ref key, (nuint)(from + i));
                Vector256<int> next = Vector256.LoadUnsafe(ref key, (nuint)(from + i + 1));
                Vector256<int> same = Vector256.GreaterThan(slotUnit, these ^ next);
                Vector256<int> pilot = Vector256.Equals(these & pilotBit, pilotBit);
                wanted |= (ulong)(same | pilot).ExtractMostSignificantBits() << i;
            }

            return wanted;
        }

        for (int i = from; i < Math.Min(count, from + 64); i++)
        {
            bool candidate = (keys[i] & ClickKeys.PilotBit) != 0
                || keys[i] >> ClickKeys.SlotShift == keys[i + 1] >> ClickKeys.SlotShift;
            wanted |= (candidate ? 1ul : 0) << (i - from);
        }

        return wanted;
    }
}
