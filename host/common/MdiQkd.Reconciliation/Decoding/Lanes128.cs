using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>8 lanes: SSSE3 or AdvSimd.</summary>
internal readonly unsafe struct Lanes128 : ILaneOperations<Vector128<short>>
{
    public static int Lanes => 8;

    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Broadcast(short value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Load(short* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<short> value, short* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> AddSaturate(Vector128<short> a, Vector128<short> b) => Vector128.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SubtractSaturate(Vector128<short> a, Vector128<short> b) => Vector128.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Add(Vector128<short> a, Vector128<short> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Subtract(Vector128<short> a, Vector128<short> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Xor(Vector128<short> a, Vector128<short> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Abs(Vector128<short> a) => Vector128.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Min(Vector128<short> a, Vector128<short> b) => Vector128.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Max(Vector128<short> a, Vector128<short> b) => Vector128.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ShiftLeft(Vector128<short> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyRounded(Vector128<short> a, Vector128<short> b) => 
        Ssse3.IsSupported
            ? Ssse3.MultiplyHighRoundScale(a, b)
            : AdvSimd.MultiplyRoundedDoublingSaturateHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SelectEqual(Vector128<short> a, Vector128<short> b, Vector128<short> equal, Vector128<short> other) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SelectBelow(int count, Vector128<short> below, Vector128<short> above) =>
        Vector128.ConditionalSelect(Vector128.LessThan(Vector128<short>.Indices, Vector128.Create((short)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Negate(Vector128<short> magnitude, Vector128<short> sign) => (magnitude ^ (sign >> 15)) - (sign >> 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(short* source)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(source);
        }
    }
}
