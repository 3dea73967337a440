using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>32 lanes: AVX-512BW.</summary>
internal readonly unsafe struct Lanes512 : ILaneOperations<Vector512<short>>
{
    public static int Lanes => 32;

    public static bool IsSupported => Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Broadcast(short value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Load(short* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<short> value, short* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> AddSaturate(Vector512<short> a, Vector512<short> b) => Vector512.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> SubtractSaturate(Vector512<short> a, Vector512<short> b) => Vector512.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Add(Vector512<short> a, Vector512<short> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Subtract(Vector512<short> a, Vector512<short> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Xor(Vector512<short> a, Vector512<short> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Abs(Vector512<short> a) => Vector512.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Min(Vector512<short> a, Vector512<short> b) => Vector512.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Max(Vector512<short> a, Vector512<short> b) => Vector512.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ShiftLeft(Vector512<short> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyRounded(Vector512<short> a, Vector512<short> b) => Avx512BW.MultiplyHighRoundScale(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> SelectEqual(Vector512<short> a, Vector512<short> b, Vector512<short> equal, Vector512<short> other) =>
        Vector512.ConditionalSelect(Vector512.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> SelectBelow(int count, Vector512<short> below, Vector512<short> above) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512<short>.Indices, Vector512.Create((short)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Negate(Vector512<short> magnitude, Vector512<short> sign) => (magnitude ^ (sign >> 15)) - (sign >> 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(short* source)
    {
        Sse.Prefetch0(source);
    }
}
