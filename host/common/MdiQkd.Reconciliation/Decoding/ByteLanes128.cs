using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>16 lanes: SSSE3 or AdvSimd for Arm64.</summary>
internal readonly unsafe struct ByteLanes128 : IByteLaneOperations<Vector128<byte>>
{
    public static int Lanes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(byte value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(byte* source) => Vector128.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(void* source) => Vector128.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadTable(byte* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, void* destination) => value.Store((byte*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturate(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubtractSaturate(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Subtract(Vector128<byte> a, Vector128<byte> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Xor(Vector128<byte> a, Vector128<byte> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Abs(Vector128<byte> a) => Vector128.Abs(a.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinUnsigned(Vector128<byte> a, Vector128<byte> b) => Vector128.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxUnsigned(Vector128<byte> a, Vector128<byte> b) => Vector128.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Clamp(Vector128<byte> a, Vector128<byte> lowest, Vector128<byte> highest) =>
        Vector128.Max(lowest.AsSByte(), Vector128.Min(highest.AsSByte(), a.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturateUnsigned(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubtractSaturateUnsigned(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftRight(Vector128<byte> a, int count) =>
        (a.AsUInt16() >> count).AsByte() & Vector128.Create((byte)(0xFF >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> index) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(table, index) : AdvSimd.Arm64.VectorTableLookup(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LookupOrZero(Vector128<byte> table, Vector128<byte> index) =>
        Ssse3.IsSupported
            ? Ssse3.Shuffle(table, Vector128.AddSaturate(index, Vector128.Create((byte)0x70)))
            : AdvSimd.Arm64.VectorTableLookup(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SelectEqual(Vector128<byte> a, Vector128<byte> b, Vector128<byte> equal, Vector128<byte> other) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SelectBelow(int count, Vector128<byte> below, Vector128<byte> above) =>
        Vector128.ConditionalSelect(Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Negate(Vector128<byte> magnitude, Vector128<byte> sign)
    {
        Vector128<byte> negative = Vector128.LessThan(sign.AsSByte(), Vector128<sbyte>.Zero).AsByte();
        return (magnitude ^ negative) - negative;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> NeverZero(Vector128<byte> sign) =>
        Vector128.LessThan(sign.AsSByte(), Vector128<sbyte>.Zero).AsByte() ^ Vector128.Create((byte)sbyte.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountNegative(Vector128<byte> a) => BitOperations.PopCount(a.ExtractMostSignificantBits());
}
