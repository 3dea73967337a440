using System.Runtime.Intrinsics;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>Packs signs of lanes into bits.</summary>
internal static class HardDecision
{
    /// <summary>Bit i of <paramref name="bits"/> (LSB first) is the sign of lane i.</summary>
    public static void Pack(ReadOnlySpan<short> lanes, Span<ulong> bits)
    {
        for (int word = 0; word < bits.Length; word++)
        {
            ReadOnlySpan<short> chunk = lanes.Slice(word * 64, 64);
            ulong packed = 0;
            for (int part = 0; part < 64; part += 16)
            {
                // The saturating narrow keeps the sign; x86 and Arm give it in lane order.
                Vector128<sbyte> narrow = Vector128.NarrowWithSaturation(
                    Vector128.Create(chunk.Slice(part, 8)), Vector128.Create(chunk.Slice(part + 8, 8)));
                packed |= (ulong)narrow.ExtractMostSignificantBits() << part;
            }

            bits[word] = packed;
        }
    }

    /// <summary>The same for int8 lanes.</summary>
    public static void Pack(ReadOnlySpan<sbyte> lanes, Span<ulong> bits)
    {
        for (int word = 0; word < bits.Length; word++)
        {
            ReadOnlySpan<sbyte> chunk = lanes.Slice(word * 64, 64);
            ulong low = Vector256.Create(chunk).ExtractMostSignificantBits();
            ulong high = Vector256.Create(chunk[32..]).ExtractMostSignificantBits();
            bits[word] = low | (high << 32);
        }
    }
}
