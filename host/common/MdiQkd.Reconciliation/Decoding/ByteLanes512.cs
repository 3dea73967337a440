using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>64 lanes: AVX-512BW.</summary>
internal readonly unsafe struct ByteLanes512 : IByteLaneOperations<Vector512<byte>>
{
    public static int Lanes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(byte value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(byte* source) => Vector512.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(void* source) => Vector512.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadTable(byte* source) =>
        Vector512.Create(Vector256.Create(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> value, void* destination) => value.Store((byte*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddSaturate(Vector512<byte> a, Vector512<byte> b) =>
        Vector512.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SubtractSaturate(Vector512<byte> a, Vector512<byte> b) =>
        Vector512.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Subtract(Vector512<byte> a, Vector512<byte> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Xor(Vector512<byte> a, Vector512<byte> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Abs(Vector512<byte> a) => Vector512.Abs(a.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MinUnsigned(Vector512<byte> a, Vector512<byte> b) => Vector512.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MaxUnsigned(Vector512<byte> a, Vector512<byte> b) => Vector512.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Clamp(Vector512<byte> a, Vector512<byte> lowest, Vector512<byte> highest) =>
        Vector512.Max(lowest.AsSByte(), Vector512.Min(highest.AsSByte(), a.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddSaturateUnsigned(Vector512<byte> a, Vector512<byte> b) =>
        Vector512.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SubtractSaturateUnsigned(Vector512<byte> a, Vector512<byte> b) =>
        Vector512.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRight(Vector512<byte> a, int count) =>
        (a.AsUInt16() >> count).AsByte() & Vector512.Create((byte)(0xFF >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> table, Vector512<byte> index) =>
        Avx512BW.Shuffle(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookupOrZero(Vector512<byte> table, Vector512<byte> index) =>
        Lookup(table, Vector512.AddSaturate(index, Vector512.Create((byte)0x70)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SelectEqual(Vector512<byte> a, Vector512<byte> b, Vector512<byte> equal, Vector512<byte> other) =>
        Vector512.ConditionalSelect(Vector512.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SelectBelow(int count, Vector512<byte> below, Vector512<byte> above) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Negate(Vector512<byte> magnitude, Vector512<byte> sign)
    {
        Vector512<byte> negative = Vector512.LessThan(sign.AsSByte(), Vector512<sbyte>.Zero).AsByte();
        return (magnitude ^ negative) - negative;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> NeverZero(Vector512<byte> sign) =>
        Vector512.LessThan(sign.AsSByte(), Vector512<sbyte>.Zero).AsByte() ^ Vector512.Create((byte)sbyte.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountNegative(Vector512<byte> a) => BitOperations.PopCount(a.ExtractMostSignificantBits());
}
