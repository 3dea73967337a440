using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Measurement.Clock;

/// <summary>
/// Turns tagger time into slot time over one stretch: s = s0 + floor((t − t0) · F / 2^30) with F = floor((s1 − s0) · 2^30 / length), so that
/// order is kept and no time passes the end. Four at a time with AVX2 where the stretch is shorter than 2^32 ps.
/// </summary>
internal static class SlotTimeMap
{
    /// <summary>Bits of the slope behind the point.</summary>
    public const int SlopeBits = 30;

    /// <summary>F of a stretch; both lengths positive.</summary>
    public static long Slope(long lengthPs, long slotLengthPs) =>
        (long)(((UInt128)(ulong)slotLengthPs << SlopeBits) / (ulong)lengthPs);

    /// <summary>Maps times in place; the result is the same on both paths.</summary>
    /// <param name="timesPs">Times from <paramref name="fromPs"/> on.</param>
    /// <param name="fromPs">Start of the stretch, t0.</param>
    /// <param name="slope">F.</param>
    /// <param name="slotFromPs">Slot time at the start, s0.</param>
    /// <param name="accelerated">Whether vectors may be used.</param>
    public static void Map(Span<long> timesPs, long fromPs, long slope, long slotFromPs, bool accelerated)
    {
        bool fits = !timesPs.IsEmpty && timesPs[^1] - fromPs < 1L << 32 && slope < 1L << 31;
        int done = accelerated && Avx2.IsSupported && fits ? MapVectors(timesPs, fromPs, slope, slotFromPs) : 0;
        for (int i = done; i < timesPs.Length; i++)
        {
            timesPs[i] = MapOne(timesPs[i], fromPs, slope, slotFromPs);
        }
    }

    /// <summary>Maps one time.</summary>
    public static long MapOne(long timePs, long fromPs, long slope, long slotFromPs) =>
        slotFromPs + (long)(((UInt128)(ulong)(timePs - fromPs) * (ulong)slope) >> SlopeBits);

    private static int MapVectors(Span<long> timesPs, long fromPs, long slope, long slotFromPs)
    {
        int count = timesPs.Length & ~3;
        ref long time = ref MemoryMarshal.GetReference(timesPs);
        Vector256<long> from = Vector256.Create(fromPs);
        Vector256<long> slotFrom = Vector256.Create(slotFromPs);
        Vector256<uint> slopes = Vector256.Create((ulong)slope).AsUInt32();
        for (nuint i = 0; i < (nuint)count; i += 4)
        {
            Vector256<ulong> product = Avx2.Multiply((Vector256.LoadUnsafe(ref time, i) - from).AsUInt32(), slopes);
            (Avx2.ShiftRightLogical(product, SlopeBits).AsInt64() + slotFrom).StoreUnsafe(ref time, i);
        }

        return count;
    }
}
