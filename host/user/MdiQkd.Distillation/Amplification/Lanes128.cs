using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Distillation.Amplification;

/// <summary>Two elements per register: PCLMULQDQ.</summary>
internal readonly struct Lanes128 : IFieldLanes<Vector128<ulong>>
{
    public static int LogCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    public static bool IsSupported => Pclmulqdq.IsSupported && Ssse3.IsSupported;

    /// <summary>Bytes 0 … 7: what bits 60, 61 and 62 of the high half of a product become when they are folded twice.</summary>
    internal const ulong OverflowLow = 0x6C77415A362D1B00;

    private static Vector128<byte> Overflow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(OverflowLow, 0).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Broadcast(ulong element) => Vector128.Create(element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Add(Vector128<ulong> a, Vector128<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> b)
    {
        Vector128<ulong> even = Pclmulqdq.CarrylessMultiply(a, b, 0x00);
        Vector128<ulong> odd = Pclmulqdq.CarrylessMultiply(a, b, 0x11);
        Vector128<ulong> low = Sse2.UnpackLow(even, odd);
        Vector128<ulong> high = Sse2.UnpackHigh(even, odd);

        // high has 63 bits; high · (x^4 + x^3 + x + 1) = high · (x + 1) · (x^3 + 1), and what leaves at the top comes by table.
        Vector128<ulong> folded = high ^ (high << 1);
        folded ^= folded << 3;
        return low ^ folded ^ Ssse3.Shuffle(Overflow, (high >> 60).AsByte()).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(int level, ref Vector128<ulong> first, ref Vector128<ulong> second) =>
        (first, second) = (Sse2.UnpackLow(first, second), Sse2.UnpackHigh(first, second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge(int level, ref Vector128<ulong> first, ref Vector128<ulong> second) => Split(level, ref first, ref second);

    public static ReadOnlySpan<byte> LaneBlocks(int level) => [0, 1];
}
