using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>32 lanes: AVX2.</summary>
internal readonly unsafe struct ByteLanes256 : IByteLaneOperations<Vector256<byte>>
{
    public static int Lanes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast(byte value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast(byte* source) => Vector256.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(void* source) => Vector256.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadTable(byte* source) => Vector256.Create(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> value, void* destination) => value.Store((byte*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddSaturate(Vector256<byte> a, Vector256<byte> b) =>
        Vector256.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SubtractSaturate(Vector256<byte> a, Vector256<byte> b) =>
        Vector256.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Subtract(Vector256<byte> a, Vector256<byte> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Xor(Vector256<byte> a, Vector256<byte> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Abs(Vector256<byte> a) => Vector256.Abs(a.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MinUnsigned(Vector256<byte> a, Vector256<byte> b) => Vector256.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MaxUnsigned(Vector256<byte> a, Vector256<byte> b) => Vector256.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Clamp(Vector256<byte> a, Vector256<byte> lowest, Vector256<byte> highest) =>
        Vector256.Max(lowest.AsSByte(), Vector256.Min(highest.AsSByte(), a.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddSaturateUnsigned(Vector256<byte> a, Vector256<byte> b) =>
        Vector256.AddSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SubtractSaturateUnsigned(Vector256<byte> a, Vector256<byte> b) =>
        Vector256.SubtractSaturate(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ShiftRight(Vector256<byte> a, int count) =>
        (a.AsUInt16() >> count).AsByte() & Vector256.Create((byte)(0xFF >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index) => Avx2.Shuffle(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LookupOrZero(Vector256<byte> table, Vector256<byte> index) =>
        Lookup(table, Vector256.AddSaturate(index, Vector256.Create((byte)0x70)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SelectEqual(Vector256<byte> a, Vector256<byte> b, Vector256<byte> equal, Vector256<byte> other) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, b), equal, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SelectBelow(int count, Vector256<byte> below, Vector256<byte> above) =>
        Vector256.ConditionalSelect(Vector256.LessThan(Vector256<byte>.Indices, Vector256.Create((byte)count)), below, above);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Negate(Vector256<byte> magnitude, Vector256<byte> sign) =>
        Avx2.Sign(magnitude.AsSByte(), sign.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> NeverZero(Vector256<byte> sign) =>
        Vector256.LessThan(sign.AsSByte(), Vector256<sbyte>.Zero).AsByte() ^ Vector256.Create((byte)sbyte.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountNegative(Vector256<byte> a) => BitOperations.PopCount(a.ExtractMostSignificantBits());
}
