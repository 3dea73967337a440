using System.Numerics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.Protocol;

namespace MdiQkd.Sifting;

/// <summary>
/// Sifts the disclosures of both users for a closed list: counts by label pair, X errors, and the mask of z–z events.
/// </summary>
/// <remarks>
/// Design: all 16 label pairs of 64 events are ANDs of four planes and population counts; the compact X bits of each user are
/// spread to their events by parallel bit deposit on the way. Trade-offs: one pass in 64-bit words. It reads 16 bytes per 64
/// events and user and runs at a few milliseconds per ten million events, so that wider vectors would gain nothing that is
/// seen beside the transport of the disclosure.
/// </remarks>
public static class Sifter
{
    private const int O = (int)IntensityLabel.O;
    private const int W = (int)IntensityLabel.W;
    private const int V = (int)IntensityLabel.V;
    private const int Z = (int)IntensityLabel.Z;

    /// <summary>Sifts.</summary>
    /// <param name="a">Disclosure of the key reference A.</param>
    /// <param name="b">Disclosure of B, for the same list.</param>
    /// <param name="psiPlus">One bit per event, set for |ψ⁺⟩; empty if all are |ψ⁻⟩.</param>
    /// <exception cref="ArgumentException">The number of events differs.</exception>
    public static SiftResult Sift(LabelPlanes a, LabelPlanes b, ReadOnlySpan<ulong> psiPlus) =>
        Sift(a, b, psiPlus, Bmi2.X64.IsSupported);

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal static SiftResult Sift(LabelPlanes a, LabelPlanes b, ReadOnlySpan<ulong> psiPlus, bool accelerated)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Events != b.Events || (!psiPlus.IsEmpty && psiPlus.Length != BitPlane.Words(a.Events)))
        {
            throw new ArgumentException($"Disclosures of {a.Events} and {b.Events} events belong to different lists.", nameof(b));
        }

        long[] counts = new long[CoincidenceCounts.Labels * CoincidenceCounts.Labels];
        long[] errors = new long[CoincidenceCounts.Labels * CoincidenceCounts.Labels];
        ulong[] zzMask = new ulong[BitPlane.Words(a.Events)];
        Count(a, b, psiPlus, counts, errors, zzMask, accelerated);
        return new SiftResult(new CoincidenceCounts(counts, errors), zzMask, (int)counts[Index(Z, Z)]);
    }

    private static int Index(int a, int b) => (CoincidenceCounts.Labels * a) + b;

    private static void Count(
        LabelPlanes a, LabelPlanes b, ReadOnlySpan<ulong> psiPlus, Span<long> counts, Span<long> errors, Span<ulong> zzMask,
        bool accelerated)
    {
        ReadOnlySpan<ulong> aHigh = a.High.AsSpan(0, zzMask.Length);
        ReadOnlySpan<ulong> aLow = a.Low.AsSpan(0, zzMask.Length);
        ReadOnlySpan<ulong> bHigh = b.High.AsSpan(0, zzMask.Length);
        ReadOnlySpan<ulong> bLow = b.Low.AsSpan(0, zzMask.Length);
        BitReader aBits = new(a.XBits);
        BitReader bBits = new(b.XBits);
        int tail = a.Events & 63;
        for (int i = 0; i < zzMask.Length; i++)
        {
            ulong valid = i == zzMask.Length - 1 && tail != 0 ? (1ul << tail) - 1 : ulong.MaxValue;
            ulong az = aHigh[i] & aLow[i];
            ulong av = aHigh[i] & ~aLow[i];
            ulong aw = ~aHigh[i] & aLow[i];
            ulong ao = ~(aHigh[i] | aLow[i]) & valid;
            ulong bz = bHigh[i] & bLow[i];
            ulong bv = bHigh[i] & ~bLow[i];
            ulong bw = ~bHigh[i] & bLow[i];
            ulong bo = ~(bHigh[i] | bLow[i]) & valid;
            zzMask[i] = az & bz;
            CountRow(counts[Index(O, 0)..], ao, bo, bw, bv, bz);
            CountRow(counts[Index(W, 0)..], aw, bo, bw, bv, bz);
            CountRow(counts[Index(V, 0)..], av, bo, bw, bv, bz);
            CountRow(counts[Index(Z, 0)..], az, bo, bw, bv, bz);

            ulong aX = av | aw;
            ulong bX = bv | bw;
            ulong aBit = Spread(ref aBits, aX, accelerated);
            ulong bBit = Spread(ref bBits, bX, accelerated);
            ulong plus = psiPlus.IsEmpty ? 0 : psiPlus[i];
            ulong error = aX & bX & ~(aBit ^ bBit ^ plus);
            errors[Index(W, W)] += BitOperations.PopCount(error & aw & bw);
            errors[Index(W, V)] += BitOperations.PopCount(error & aw & bv);
            errors[Index(V, W)] += BitOperations.PopCount(error & av & bw);
            errors[Index(V, V)] += BitOperations.PopCount(error & av & bv);
        }
    }

    private static void CountRow(Span<long> row, ulong a, ulong o, ulong w, ulong v, ulong z)
    {
        row[O] += BitOperations.PopCount(a & o);
        row[W] += BitOperations.PopCount(a & w);
        row[V] += BitOperations.PopCount(a & v);
        row[Z] += BitOperations.PopCount(a & z);
    }

    private static ulong Spread(ref BitReader compact, ulong mask, bool accelerated)
    {
        ulong next = compact.Take(BitOperations.PopCount(mask));
        return accelerated ? Bmi2.X64.ParallelBitDeposit(next, mask) : BitPlane.DepositWord(next, mask);
    }
}
