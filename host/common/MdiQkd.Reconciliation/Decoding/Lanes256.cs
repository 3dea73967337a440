using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>16 lanes: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILaneOperations<Vector256<short>>
{
    public static int Lanes => 16;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Broadcast(short value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Load(short* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<short> value, short* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> AddSaturate(Vector256<short> a, Vector256<short> b) => Vector256.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> SubtractSaturate(Vector256<short> a, Vector256<short> b) => Vector256.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Add(Vector256<short> a, Vector256<short> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Subtract(Vector256<short> a, Vector256<short> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Xor(Vector256<short> a, Vector256<short> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Abs(Vector256<short> a) => Vector256.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Min(Vector256<short> a, Vector256<short> b) => Vector256.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Max(Vector256<short> a, Vector256<short> b) => Vector256.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ShiftLeft(Vector256<short> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyRounded(Vector256<short> a, Vector256<short> b) => Avx2.MultiplyHighRoundScale(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> SelectEqual(Vector256<short> a, Vector256<short> b, Vector256<short> equal, Vector256<short> other) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> SelectBelow(int count, Vector256<short> below, Vector256<short> above) =>
        Vector256.ConditionalSelect(Vector256.LessThan(Vector256<short>.Indices, Vector256.Create((short)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Negate(Vector256<short> magnitude, Vector256<short> sign) => Avx2.Sign(magnitude, sign | Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(short* source)
    {
        Sse.Prefetch0(source);
    }
}
