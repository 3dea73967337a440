using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Simulation.Physics;

/// <summary>Moves wanted elements of a register to its front: for filters without a branch, where which are wanted cannot be predicted.</summary>
internal static class Compaction
{
    /// <summary>Whether <see cref="Front"/> and <see cref="Places"/> work on this processor.</summary>
    public static bool IsSupported => Avx2.IsSupported && Bmi2.X64.IsSupported;

    // For each set of four elements the halves of those in it, first to last, then anything.
    private static ReadOnlySpan<int> Orders =>
    [
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 0, 0, 0, 0, 0, 0,
        2, 3, 0, 0, 0, 0, 0, 0,
        0, 1, 2, 3, 0, 0, 0, 0,
        4, 5, 0, 0, 0, 0, 0, 0,
        0, 1, 4, 5, 0, 0, 0, 0,
        2, 3, 4, 5, 0, 0, 0, 0,
        0, 1, 2, 3, 4, 5, 0, 0,
        6, 7, 0, 0, 0, 0, 0, 0,
        0, 1, 6, 7, 0, 0, 0, 0,
        2, 3, 6, 7, 0, 0, 0, 0,
        0, 1, 2, 3, 6, 7, 0, 0,
        4, 5, 6, 7, 0, 0, 0, 0,
        0, 1, 4, 5, 6, 7, 0, 0,
        2, 3, 4, 5, 6, 7, 0, 0,
        0, 1, 2, 3, 4, 5, 6, 7,
    ];

    /// <summary>Order in which <see cref="Front"/> takes elements.</summary>
    /// <param name="wanted">A bit for each of four elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Order(uint wanted) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(Orders), 8 * wanted);

    /// <summary>Wanted elements, first to last, then anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Front(Vector256<long> elements, Vector256<int> order) =>
        Avx2.PermuteVar8x32(elements.AsInt32(), order).AsInt64();

    /// <summary>Places of the set bits of a byte, first to last, then anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Places(uint bits)
    {
        ulong bytes = Bmi2.X64.ParallelBitDeposit(bits, 0x0101_0101_0101_0101) * 0xFF;
        return Avx2.ConvertToVector256Int32(
            Vector128.CreateScalar(Bmi2.X64.ParallelBitExtract(0x0706_0504_0302_0100, bytes)).AsByte());
    }
}
