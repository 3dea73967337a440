using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// The basis change of <see cref="NovelBasis"/> for k = 4: 16 neighbouring words f0 … f15 in four vectors. The comments give the
/// additions of the scalar algorithm.
/// </summary>
internal static unsafe class NovelBasisRun
{
    /// <summary>Words in a run.</summary>
    public const int Count = 16;

    /// <summary>The change, from packed coefficients; <paramref name="packed"/> may overlap the upper half of <paramref name="f"/>.</summary>
    public static void Change(uint* packed, ulong* f)
    {
        (Vector256<ulong> a, Vector256<ulong> b) = Vector256.Widen(Vector256.Load(packed));
        (Vector256<ulong> c, Vector256<ulong> d) = Vector256.Widen(Vector256.Load(packed + 8));
        c ^= HighToLow(d); // f8,9 += f14,15
        a ^= LowToHigh(c); // f2…7 += f8…13
        b ^= Straddle(c, d);
        b ^= LastToFirst(b); // f4 += f7; f1…3 += f4…6
        a ^= Up(b);
        d ^= LastToFirst(d); // the same 8 further on
        c ^= Up(d);
        c ^= d; // f8…11 += f12…15; f4…7 += f8…11
        b ^= c;
        Store(f, Inner(a), Inner(b), Inner(c), Inner(d));

        // f2 += f3; f1 += f2
        static Vector256<ulong> Inner(Vector256<ulong> v)
        {
            v ^= Vector256.Shuffle(v, Vector256.Create(9UL, 9, 3, 9));
            return v ^ Vector256.Shuffle(v, Vector256.Create(9UL, 2, 9, 9));
        }
    }

    /// <summary>The transpose of the inverse of the change: every addition turned round.</summary>
    public static void ChangeInverseTransposed(ulong* f)
    {
        Vector256<ulong> a = Vector256.Load(f), b = Vector256.Load(f + 4), c = Vector256.Load(f + 8), d = Vector256.Load(f + 12);
        d ^= LowToHigh(c); // f14,15 += f8,9
        c ^= Straddle(a, b); // f8…13 += f2…7
        d ^= HighToLow(b);
        b ^= FirstToLast(b); // f7 += f4; f4…6 += f1…3
        b ^= Down(a);
        d ^= FirstToLast(d);
        d ^= Down(c);
        d ^= c; // f12…15 += f8…11; f8…11 += f4…7
        c ^= b;
        Store(f, Inner(a), Inner(b), Inner(c), Inner(d));

        // f3 += f2; f2 += f1
        static Vector256<ulong> Inner(Vector256<ulong> v)
        {
            v ^= Vector256.Shuffle(v, Vector256.Create(9UL, 9, 9, 2));
            return v ^ Vector256.Shuffle(v, Vector256.Create(9UL, 9, 1, 9));
        }
    }

    /// <summary>
    /// The transpose of the change: every addition turned round, last one first. Keeps the upper halves of the words;
    /// <paramref name="packed"/> may overlap the lower half of <paramref name="f"/>.
    /// </summary>
    public static void ChangeTransposed(ulong* f, uint* packed)
    {
        Vector256<ulong> a = Inner(Vector256.Load(f)), b = Inner(Vector256.Load(f + 4));
        Vector256<ulong> c = Inner(Vector256.Load(f + 8)), d = Inner(Vector256.Load(f + 12));
        c ^= b; // f8…11 += f4…7; f12…15 += f8…11
        d ^= c;
        b ^= Down(a); // f4…6 += f1…3; f7 += f4
        b ^= FirstToLast(b);
        d ^= Down(c);
        d ^= FirstToLast(d);
        c ^= Straddle(a, b); // f8…13 += f2…7
        d ^= HighToLow(b);
        d ^= LowToHigh(c); // f14,15 += f8,9
        Vector256.Narrow(a >> 32, b >> 32).Store(packed);
        Vector256.Narrow(c >> 32, d >> 32).Store(packed + 8);

        // f2 += f1; f3 += f2
        static Vector256<ulong> Inner(Vector256<ulong> v)
        {
            v ^= Vector256.Shuffle(v, Vector256.Create(9UL, 9, 1, 9));
            return v ^ Vector256.Shuffle(v, Vector256.Create(9UL, 9, 9, 2));
        }
    }

    // An index past the vector gives zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> HighToLow(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(2UL, 3, 9, 9));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> LowToHigh(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(9UL, 9, 0, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Up(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(9UL, 0, 1, 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Down(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(1UL, 2, 3, 9));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> LastToFirst(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(3UL, 9, 9, 9));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> FirstToLast(Vector256<ulong> v) => Vector256.Shuffle(v, Vector256.Create(9UL, 9, 9, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Straddle(Vector256<ulong> low, Vector256<ulong> high) =>
        Vector256.Create(low.GetUpper(), high.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ulong* f, Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c, Vector256<ulong> d)
    {
        a.Store(f);
        b.Store(f + 4);
        c.Store(f + 8);
        d.Store(f + 12);
    }
}
