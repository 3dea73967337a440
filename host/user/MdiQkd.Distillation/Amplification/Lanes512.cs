using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Distillation.Amplification;

/// <summary>Eight elements per register: AVX-512 with VPCLMULQDQ.</summary>
internal readonly struct Lanes512 : IFieldLanes<Vector512<ulong>>
{
    public static int LogCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported;

    private static Vector512<byte> Overflow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(Lanes128.OverflowLow, 0, Lanes128.OverflowLow, 0, Lanes128.OverflowLow, 0, Lanes128.OverflowLow, 0).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Broadcast(ulong element) => Vector512.Create(element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

    /// <summary>As <see cref="Lanes128.Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> a, Vector512<ulong> b)
    {
        if (!IsSupported)
        {
            return Vector512.Create(Half(a.GetLower(), b.GetLower()), Half(a.GetUpper(), b.GetUpper()));
        }

        Vector512<ulong> even = Pclmulqdq.V512.CarrylessMultiply(a, b, 0x00);
        Vector512<ulong> odd = Pclmulqdq.V512.CarrylessMultiply(a, b, 0x11);
        Vector512<ulong> low = Avx512F.UnpackLow(even, odd);
        Vector512<ulong> high = Avx512F.UnpackHigh(even, odd);
        Vector512<ulong> folded = high ^ (high << 1);
        folded ^= folded << 3;
        return low ^ folded ^ Avx512BW.Shuffle(Overflow, (high >> 60).AsByte()).AsUInt64();
    }

    /// <summary>128-bit lanes, then pairs of them: 4 apart (level 2), 2 apart (level 1), neighbours (level 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(int level, ref Vector512<ulong> first, ref Vector512<ulong> second) =>
        (first, second) = level switch
        {
            2 => (Shuffle4x128(first, second, 0x44), Shuffle4x128(first, second, 0xEE)),
            1 => (Shuffle4x128(first, second, 0x88), Shuffle4x128(first, second, 0xDD)),
            _ => (UnpackLow(first, second), UnpackHigh(first, second)),
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge(int level, ref Vector512<ulong> first, ref Vector512<ulong> second)
    {
        if (level == 1)
        {
            // Split gave lanes f0 f2 s0 s2 and f1 f3 s1 s3.
            Vector512<ulong> lower = Shuffle4x128(first, second, 0x44); // f0 f2 f1 f3
            Vector512<ulong> upper = Shuffle4x128(first, second, 0xEE); // s0 s2 s1 s3
            (first, second) = (Shuffle4x128(lower, lower, 0xD8), Shuffle4x128(upper, upper, 0xD8));
            return;
        }

        Split(level, ref first, ref second);
    }

    public static ReadOnlySpan<byte> LaneBlocks(int level) => level switch
    {
        2 => [0, 0, 0, 0, 1, 1, 1, 1],
        1 => [0, 0, 2, 2, 1, 1, 3, 3],
        _ => [0, 1, 4, 5, 2, 3, 6, 7],
    };

    // The other branches say what the instructions do: with them the order of lanes is tested on machines without AVX-512.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Shuffle4x128(Vector512<ulong> a, Vector512<ulong> b, [ConstantExpected] byte control)
    {
        if (IsSupported)
        {
            return Avx512F.Shuffle4x128(a, b, control);
        }

        int i = 2 * (control & 3), j = 2 * ((control >> 2) & 3), k = 2 * ((control >> 4) & 3), l = 2 * (control >> 6);
        return Vector512.Create(a[i], a[i + 1], a[j], a[j + 1], b[k], b[k + 1], b[l], b[l + 1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> UnpackLow(Vector512<ulong> a, Vector512<ulong> b) =>
        IsSupported ? Avx512F.UnpackLow(a, b) : Vector512.Create(a[0], b[0], a[2], b[2], a[4], b[4], a[6], b[6]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> UnpackHigh(Vector512<ulong> a, Vector512<ulong> b) =>
        IsSupported ? Avx512F.UnpackHigh(a, b) : Vector512.Create(a[1], b[1], a[3], b[3], a[5], b[5], a[7], b[7]);

    private static Vector256<ulong> Half(Vector256<ulong> a, Vector256<ulong> b)
    {
        Vector256<ulong> product = default;
        for (int i = 0; i < Vector256<ulong>.Count; i++)
        {
            product = product.WithElement(i, PortableLanes.Multiply(a[i], b[i]));
        }

        return product;
    }
}
