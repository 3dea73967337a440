using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Distillation.Amplification;

/// <summary>Four elements per register: AVX2 with VPCLMULQDQ.</summary>
internal readonly struct Lanes256 : IFieldLanes<Vector256<ulong>>
{
    public static int LogCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static bool IsSupported => Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    private static Vector256<byte> Overflow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Lanes128.OverflowLow, 0, Lanes128.OverflowLow, 0).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(ulong element) => Vector256.Create(element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    /// <summary>As <see cref="Lanes128.Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Multiply(Vector256<ulong> a, Vector256<ulong> b)
    {
        Vector256<ulong> even = Pclmulqdq.V256.CarrylessMultiply(a, b, 0x00);
        Vector256<ulong> odd = Pclmulqdq.V256.CarrylessMultiply(a, b, 0x11);
        Vector256<ulong> low = Avx2.UnpackLow(even, odd);
        Vector256<ulong> high = Avx2.UnpackHigh(even, odd);
        Vector256<ulong> folded = high ^ (high << 1);
        folded ^= folded << 3;
        return low ^ folded ^ Avx2.Shuffle(Overflow, (high >> 60).AsByte()).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(int level, ref Vector256<ulong> first, ref Vector256<ulong> second) =>
        (first, second) = level == 1
            ? (Avx2.Permute2x128(first, second, 0x20), Avx2.Permute2x128(first, second, 0x31))
            : (Avx2.UnpackLow(first, second), Avx2.UnpackHigh(first, second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge(int level, ref Vector256<ulong> first, ref Vector256<ulong> second) => Split(level, ref first, ref second);

    public static ReadOnlySpan<byte> LaneBlocks(int level) => level == 1 ? [0, 0, 1, 1] : [0, 1, 2, 3];
}
