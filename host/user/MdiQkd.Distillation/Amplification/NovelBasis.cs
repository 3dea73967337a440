using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Change from the monomial basis to the novel basis X_j of <see cref="AdditiveTransform{TLanes, TVector}"/>, and its transposes. With the
/// Cantor basis s_h(y) = y^(2^h) + y when h is a power of two, so the change needs additions only: expand in powers of s_h for the
/// largest such h &lt; k (Taylor expansion of Gao, Mateer, IEEE Trans. Inf. Theory 56, 6265 (2010)), then change the 2^h coefficients of each
/// power, and the 2^(k−h) powers themselves, in the same way (Lin, Al-Naffouri, Han, arXiv 1503.05761).
/// </summary>
/// <remarks>
/// Only XOR of ranges, so it works on packed coefficients of any width; runs of 16 neighbouring coefficients (their own k = 4) are left
/// to <see cref="NovelBasisRun"/>. An addition "x += y" transposes to "y += x" and is its own inverse; the inverse
/// transpose therefore runs in the order of the change itself, the transpose in the opposite order.
/// </remarks>
internal static unsafe class NovelBasis
{
    /// <summary>Smallest k: 16 runs of 16.</summary>
    public const int LogCountMin = 8;

    /// <summary>Ranges up to this are worked level by level, larger ones depth first: half of a first-level cache.</summary>
    private const long CacheBytes = 1 << 14;

    /// <summary>Zeros, then ones: a window of it selects the last bytes of a vector.</summary>
    private static ReadOnlySpan<byte> Selector =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    /// <summary>The change itself, without its last step, the runs.</summary>
    /// <param name="data">2^logCount coefficients, ascending.</param>
    /// <param name="logCount">At least <see cref="LogCountMin"/>.</param>
    /// <param name="bytes">Bytes of one coefficient, a multiple of 4.</param>
    public static void Change(byte* data, int logCount, long bytes) => Forward<Direct>(data, logCount, bytes);

    /// <summary>The transpose of the inverse of the change, without its last step, the runs.</summary>
    public static void ChangeInverseTransposed(byte* data, int logCount, long bytes) => Forward<Exchanged>(data, logCount, bytes);

    /// <summary>The transpose of the change, without its first step, the runs.</summary>
    public static void ChangeTransposed(byte* data, int logCount, long bytes)
    {
        if (logCount <= 1 || IsRun(logCount, bytes))
        {
            return;
        }

        int h = LargestPowerOfTwoBelow(logCount);
        for (long q = 0; q < 1L << (logCount - h); q++)
        {
            ChangeTransposed(data + (q * (bytes << h)), h, bytes);
        }

        ChangeTransposed(data, logCount - h, bytes << h);
        GatherPowers(data, logCount, h, bytes);
    }

    private static void Forward<TOrder>(byte* data, int logCount, long bytes)
        where TOrder : struct
    {
        if (logCount <= 1 || IsRun(logCount, bytes))
        {
            return;
        }

        int h = LargestPowerOfTwoBelow(logCount);
        ExpandPowers<TOrder>(data, logCount, h, bytes);
        Forward<TOrder>(data, logCount - h, bytes << h);
        for (long q = 0; q < 1L << (logCount - h); q++)
        {
            Forward<TOrder>(data + (q * (bytes << h)), h, bytes);
        }
    }

    /// <summary>Taylor expansion: divides by s_h^(2^(log−1−h)) = y^half + y^shift, then goes on with remainder and quotient.</summary>
    private static void ExpandPowers<TOrder>(byte* data, int log, int h, long bytes)
        where TOrder : struct
    {
        if (bytes << log > CacheBytes)
        {
            Divide<TOrder>(data, bytes << (log - 1), bytes << (log - 1 - h));
            if (log - 1 > h)
            {
                ExpandPowers<TOrder>(data, log - 1, h, bytes);
                ExpandPowers<TOrder>(data + (bytes << (log - 1)), log - 1, h, bytes);
            }

            return;
        }

        byte* end = data + (bytes << log);
        for (int level = log - 1; level >= h; level--)
        {
            long half = bytes << level, shift = bytes << (level - h);
            for (byte* block = data; block < end; block += 2 * half)
            {
                Divide<TOrder>(block, half, shift);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Divide<TOrder>(byte* block, long half, long shift)
        where TOrder : struct
    {
        AddTo<TOrder>(block + half, block + (2 * half) - shift, shift);
        AddTo<TOrder>(block + shift, block + half, half - shift);
    }

    /// <summary>The transpose of <see cref="ExpandPowers"/>.</summary>
    private static void GatherPowers(byte* data, int log, int h, long bytes)
    {
        if (bytes << log > CacheBytes)
        {
            if (log - 1 > h)
            {
                GatherPowers(data, log - 1, h, bytes);
                GatherPowers(data + (bytes << (log - 1)), log - 1, h, bytes);
            }

            DivideTransposed(data, bytes << (log - 1), bytes << (log - 1 - h));
            return;
        }

        byte* end = data + (bytes << log);
        for (int level = h; level < log; level++)
        {
            long half = bytes << level, shift = bytes << (level - h);
            for (byte* block = data; block < end; block += 2 * half)
            {
                DivideTransposed(block, half, shift);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideTransposed(byte* block, long half, long shift)
    {
        AddTo<Exchanged>(block + shift, block + half, half - shift);
        AddTo<Exchanged>(block + half, block + (2 * half) - shift, shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TOrder>(byte* destination, byte* source, long count)
        where TOrder : struct
    {
        if (typeof(TOrder) == typeof(Direct))
        {
            Add(destination, source, count);
        }
        else
        {
            Add(source, destination, count);
        }
    }

    /// <summary>
    /// destination ^= source over ranges that do not overlap. The odd bytes are at the front: one vector that begins earlier,
    /// with what it must not touch masked; callers have at least 32 bytes of the same block before either range then.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* destination, byte* source, long count)
    {
        int odd = (int)(count & 31);
        if (odd != 0)
        {
            Vector256<byte> mask = Vector256.LoadUnsafe(in Selector[odd]);
            byte* d = destination + odd - 32;
            (Vector256.Load(d) ^ (Vector256.Load(source + odd - 32) & mask)).Store(d);
        }

        for (long i = odd; i < count; i += 32)
        {
            (Vector256.Load(destination + i) ^ Vector256.Load(source + i)).Store(destination + i);
        }
    }

    /// <summary>Coefficients of one word that are neighbours: 2^4 of them with the base width.</summary>
    private static bool IsRun(int logCount, long bytes) => logCount == 4 && bytes <= sizeof(ulong);

    private static int LargestPowerOfTwoBelow(int k) => 1 << BitOperations.Log2((uint)k - 1);

    /// <summary>Additions as they stand.</summary>
    private readonly struct Direct;

    /// <summary>Additions with source and destination exchanged.</summary>
    private readonly struct Exchanged;
}
