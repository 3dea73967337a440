using System.Runtime.CompilerServices;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Additive fast Fourier transform over F = GF(2^64) at the 2^k points spanned by the Cantor basis, of polynomials given in the novel
/// basis X_j = Π s_i^(bit i of j) (Lin, Chung, Han, FOCS 2014, algorithm 1; Cantor basis as in Chen et al., arXiv 1708.09746).
/// One butterfly of layer i, twiddle t: (a, b) → (a + t b, a + t b + b).
/// </summary>
/// <remarks>
/// Works in place on 2^k words, depth first, two layers a pass, so that a block that fits a cache is finished there. The values come
/// in an order of their own that depends on the lanes but is the same for all three transforms, which is all that a
/// product of values needs.
/// </remarks>
/// <typeparam name="TLanes">Instruction set.</typeparam>
/// <typeparam name="TVector">Its register.</typeparam>
internal static unsafe class AdditiveTransform<TLanes, TVector>
    where TLanes : struct, IFieldLanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Smallest k: two layers between vectors and those inside one.</summary>
    public static int LogPointsMin => 2 + TLanes.LogCount;

    private static readonly TVector[] LaneTwiddles = MakeLaneTwiddles();

    private static int Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1 << TLanes.LogCount;
    }

    /// <summary>Coefficients in the novel basis → values, where the first 2^logCoefficients may differ from zero.</summary>
    public static void Evaluate(ulong* data, int logPoints, int logCoefficients)
    {
        // Layers above see b = 0 and twiddle 0 and only copy.
        int count = 1 << logCoefficients;
        for (int block = (1 << (logPoints - logCoefficients)) - 1; block >= 0; block--)
        {
            ulong* part = data + (block * (long)count);
            if (block != 0)
            {
                Unsafe.CopyBlock(part, data, (uint)count * sizeof(ulong));
            }

            Down<Direct>(part, logCoefficients, block);
        }
    }

    /// <summary>The transpose of the inverse of <see cref="Evaluate"/> with all coefficients: its network with a and b exchanged.</summary>
    public static void EvaluateInverseTransposed(ulong* data, int logPoints) => Down<Exchanged>(data, logPoints, 0);

    /// <summary>The transpose of <see cref="Evaluate"/>; the result is in the first 2^logCoefficients words.</summary>
    public static void EvaluateTransposed(ulong* data, int logPoints, int logCoefficients)
    {
        int count = 1 << logCoefficients;
        Up(data, logCoefficients, 0);
        for (int block = 1; block < 1 << (logPoints - logCoefficients); block++)
        {
            ulong* part = data + (block * (long)count);
            Up(part, logCoefficients, block);
            for (int i = 0; i < count; i += Lanes)
            {
                Store(data + i, TLanes.Add(Load(data + i), Load(part + i)));
            }
        }
    }

    /// <summary>a *= b, value by value.</summary>
    public static void Multiply(ulong* a, ulong* b, int points)
    {
        for (int i = 0; i < points; i += Lanes)
        {
            Store(a + i, TLanes.Multiply(Load(a + i), Load(b + i)));
        }
    }

    /// <summary>sum += a · b, value by value.</summary>
    public static void MultiplyAdd(ulong* sum, ulong* a, ulong* b, int points)
    {
        for (int i = 0; i < points; i += Lanes)
        {
            Store(sum + i, TLanes.Add(Load(sum + i), TLanes.Multiply(Load(a + i), Load(b + i))));
        }
    }

    private static void Down<TOrder>(ulong* data, int log, int block)
        where TOrder : struct
    {
        if (log == LogPointsMin)
        {
            BottomDown<TOrder>(data, block);
            return;
        }

        if (((log - LogPointsMin) & 1) != 0)
        {
            DownOne<TOrder>(data, 1 << (log - 1), block);
            Down<TOrder>(data, log - 1, 2 * block);
            Down<TOrder>(data + (1 << (log - 1)), log - 1, (2 * block) + 1);
            return;
        }

        int quarter = 1 << (log - 2);
        if (block == 0)
        {
            DownTwoFirst<TOrder>(data, quarter);
        }
        else
        {
            DownTwo<TOrder>(data, quarter, block);
        }

        for (int i = 0; i < 4; i++)
        {
            Down<TOrder>(data + (i * quarter), log - 2, (4 * block) + i);
        }
    }

    private static void Up(ulong* data, int log, int block)
    {
        if (log == LogPointsMin)
        {
            BottomUp(data, block);
            return;
        }

        if (((log - LogPointsMin) & 1) != 0)
        {
            Up(data, log - 1, 2 * block);
            Up(data + (1 << (log - 1)), log - 1, (2 * block) + 1);
            UpOne(data, 1 << (log - 1), block);
            return;
        }

        int quarter = 1 << (log - 2);
        for (int i = 0; i < 4; i++)
        {
            Up(data + (i * quarter), log - 2, (4 * block) + i);
        }

        if (block == 0)
        {
            UpTwoFirst(data, quarter);
        }
        else
        {
            UpTwo(data, quarter, block);
        }
    }

    private static void DownOne<TOrder>(ulong* data, int half, int block)
        where TOrder : struct
    {
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        for (int i = 0; i < half; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(data + half + i);
            Butterfly<TOrder>(ref a, ref b, t);
            Store(data + i, a);
            Store(data + half + i, b);
        }
    }

    private static void UpOne(ulong* data, int half, int block)
    {
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        for (int i = 0; i < half; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(data + half + i);
            ButterflyUp(ref a, ref b, t);
            Store(data + i, a);
            Store(data + half + i, b);
        }
    }

    private static void DownTwo<TOrder>(ulong* data, int quarter, int block)
        where TOrder : struct
    {
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        TVector t0 = TLanes.Broadcast(CantorBasis.Twiddle(2 * block));
        TVector t1 = TLanes.Broadcast(CantorBasis.Twiddle((2 * block) + 1));
        ulong* p1 = data + quarter, p2 = p1 + quarter, p3 = p2 + quarter;
        for (int i = 0; i < quarter; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(p1 + i), c = Load(p2 + i), d = Load(p3 + i);
            Butterfly<TOrder>(ref a, ref c, t);
            Butterfly<TOrder>(ref b, ref d, t);
            Butterfly<TOrder>(ref a, ref b, t0);
            Butterfly<TOrder>(ref c, ref d, t1);
            Store(data + i, a);
            Store(p1 + i, b);
            Store(p2 + i, c);
            Store(p3 + i, d);
        }
    }

    /// <summary>Block 0, where three of the four twiddles are zero.</summary>
    private static void DownTwoFirst<TOrder>(ulong* data, int quarter)
        where TOrder : struct
    {
        TVector t1 = TLanes.Broadcast(CantorBasis.Twiddle(1));
        ulong* p1 = data + quarter, p2 = p1 + quarter, p3 = p2 + quarter;
        for (int i = 0; i < quarter; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(p1 + i), c = Load(p2 + i), d = Load(p3 + i);
            ButterflyFirst<TOrder>(ref a, ref c);
            ButterflyFirst<TOrder>(ref b, ref d);
            ButterflyFirst<TOrder>(ref a, ref b);
            Butterfly<TOrder>(ref c, ref d, t1);
            Store(data + i, a);
            Store(p1 + i, b);
            Store(p2 + i, c);
            Store(p3 + i, d);
        }
    }

    private static void UpTwoFirst(ulong* data, int quarter)
    {
        TVector t1 = TLanes.Broadcast(CantorBasis.Twiddle(1));
        ulong* p1 = data + quarter, p2 = p1 + quarter, p3 = p2 + quarter;
        for (int i = 0; i < quarter; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(p1 + i), c = Load(p2 + i), d = Load(p3 + i);
            ButterflyUp(ref c, ref d, t1);
            a = TLanes.Add(a, b);
            a = TLanes.Add(a, c);
            b = TLanes.Add(b, d);
            Store(data + i, a);
            Store(p1 + i, b);
            Store(p2 + i, c);
            Store(p3 + i, d);
        }
    }

    private static void UpTwo(ulong* data, int quarter, int block)
    {
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        TVector t0 = TLanes.Broadcast(CantorBasis.Twiddle(2 * block));
        TVector t1 = TLanes.Broadcast(CantorBasis.Twiddle((2 * block) + 1));
        ulong* p1 = data + quarter, p2 = p1 + quarter, p3 = p2 + quarter;
        for (int i = 0; i < quarter; i += Lanes)
        {
            TVector a = Load(data + i), b = Load(p1 + i), c = Load(p2 + i), d = Load(p3 + i);
            ButterflyUp(ref a, ref b, t0);
            ButterflyUp(ref c, ref d, t1);
            ButterflyUp(ref a, ref c, t);
            ButterflyUp(ref b, ref d, t);
            Store(data + i, a);
            Store(p1 + i, b);
            Store(p2 + i, c);
            Store(p3 + i, d);
        }
    }

    /// <summary>The last 2 + LogCount layers of four vectors.</summary>
    private static void BottomDown<TOrder>(ulong* data, int block)
        where TOrder : struct
    {
        TVector a = Load(data), b = Load(data + Lanes), c = Load(data + (2 * Lanes)), d = Load(data + (3 * Lanes));
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        Butterfly<TOrder>(ref a, ref c, t);
        Butterfly<TOrder>(ref b, ref d, t);
        ulong inner = CantorBasis.Twiddle(2 * block);
        Butterfly<TOrder>(ref a, ref b, TLanes.Broadcast(inner));
        Butterfly<TOrder>(ref c, ref d, TLanes.Broadcast(inner ^ CantorBasis.Twiddle(1)));
        InsideDown<TOrder>(ref a, ref b, 2 * block);
        InsideDown<TOrder>(ref c, ref d, (2 * block) + 1);
        Store(data, a);
        Store(data + Lanes, b);
        Store(data + (2 * Lanes), c);
        Store(data + (3 * Lanes), d);
    }

    private static void BottomUp(ulong* data, int block)
    {
        TVector a = Load(data), b = Load(data + Lanes), c = Load(data + (2 * Lanes)), d = Load(data + (3 * Lanes));
        InsideUp(ref a, ref b, 2 * block);
        InsideUp(ref c, ref d, (2 * block) + 1);
        ulong inner = CantorBasis.Twiddle(2 * block);
        ButterflyUp(ref a, ref b, TLanes.Broadcast(inner));
        ButterflyUp(ref c, ref d, TLanes.Broadcast(inner ^ CantorBasis.Twiddle(1)));
        TVector t = TLanes.Broadcast(CantorBasis.Twiddle(block));
        ButterflyUp(ref a, ref c, t);
        ButterflyUp(ref b, ref d, t);
        Store(data, a);
        Store(data + Lanes, b);
        Store(data + (2 * Lanes), c);
        Store(data + (3 * Lanes), d);
    }

    /// <summary>The layers inside a vector, for the pair that is block number <paramref name="pair"/> of two vectors' length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InsideDown<TOrder>(ref TVector a, ref TVector b, int pair)
        where TOrder : struct
    {
        if (TLanes.LogCount > 2)
        {
            TLanes.Split(2, ref a, ref b);
            Butterfly<TOrder>(ref a, ref b, InsideTwiddle(2, pair));
        }

        if (TLanes.LogCount > 1)
        {
            TLanes.Split(1, ref a, ref b);
            Butterfly<TOrder>(ref a, ref b, InsideTwiddle(1, pair));
        }

        if (TLanes.LogCount > 0)
        {
            TLanes.Split(0, ref a, ref b);
            Butterfly<TOrder>(ref a, ref b, InsideTwiddle(0, pair));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InsideUp(ref TVector a, ref TVector b, int pair)
    {
        if (TLanes.LogCount > 0)
        {
            ButterflyUp(ref a, ref b, InsideTwiddle(0, pair));
            TLanes.Merge(0, ref a, ref b);
        }

        if (TLanes.LogCount > 1)
        {
            ButterflyUp(ref a, ref b, InsideTwiddle(1, pair));
            TLanes.Merge(1, ref a, ref b);
        }

        if (TLanes.LogCount > 2)
        {
            ButterflyUp(ref a, ref b, InsideTwiddle(2, pair));
            TLanes.Merge(2, ref a, ref b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector InsideTwiddle(int level, int pair) =>
        TLanes.Add(TLanes.Broadcast(CantorBasis.Twiddle(pair << (TLanes.LogCount - level))), LaneTwiddles[level]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly<TOrder>(ref TVector a, ref TVector b, TVector t)
        where TOrder : struct
    {
        if (typeof(TOrder) == typeof(Direct))
        {
            a = TLanes.Add(a, TLanes.Multiply(b, t));
            b = TLanes.Add(b, a);
        }
        else
        {
            b = TLanes.Add(b, TLanes.Multiply(a, t));
            a = TLanes.Add(a, b);
        }
    }

    /// <summary>With twiddle 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ButterflyFirst<TOrder>(ref TVector a, ref TVector b)
        where TOrder : struct
    {
        if (typeof(TOrder) == typeof(Direct))
        {
            b = TLanes.Add(b, a);
        }
        else
        {
            a = TLanes.Add(a, b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ButterflyUp(ref TVector a, ref TVector b, TVector t)
    {
        a = TLanes.Add(a, b);
        b = TLanes.Add(b, TLanes.Multiply(a, t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(ulong* source) => Unsafe.ReadUnaligned<TVector>(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ulong* destination, TVector value) => Unsafe.WriteUnaligned(destination, value);

    private static TVector[] MakeLaneTwiddles()
    {
        var vectors = new TVector[TLanes.LogCount];
        Span<ulong> twiddles = stackalloc ulong[Lanes];
        for (int level = 0; level < vectors.Length; level++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                twiddles[lane] = CantorBasis.Twiddle(TLanes.LaneBlocks(level)[lane]);
            }

            vectors[level] = Unsafe.ReadUnaligned<TVector>(ref Unsafe.As<ulong, byte>(ref twiddles[0]));
        }

        return vectors;
    }

    /// <summary>Butterflies as they stand.</summary>
    private readonly struct Direct;

    /// <summary>Butterflies with a and b exchanged.</summary>
    private readonly struct Exchanged;
}
