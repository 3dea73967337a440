using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Authentication.Hashing;

/// <summary>
/// Multiplication in GF(2^128) = GF(2)[x] / (x^128 + x^7 + x^2 + x + 1).
/// </summary>
/// <remarks>
/// Representation: bit i of the <see cref="UInt128"/> is the coefficient of x^i, and 16 bytes are that integer in
/// little-endian order. This is the plain order, not GHASH's reflected one (NIST SP 800-38D, 6.3): the field is the
/// same, but no bit reversal or shift by one is needed around a carry-less multiplication.
/// </remarks>
public static class Gf128
{
    /// <summary>x^7 + x^2 + x + 1, that is x^128 reduced.</summary>
    internal const ulong Reduction = 0x87;

    /// <summary>The product a·b. Time does not depend on the operands.</summary>
    public static UInt128 Multiply(UInt128 a, UInt128 b) =>
        Pclmulqdq.IsSupported ? MultiplyPclmul(a, b) : MultiplyPortable(a, b);

    internal static UInt128 MultiplyPclmul(UInt128 a, UInt128 b)
    {
        Vector128<ulong> va = ToVector(a);
        Vector128<ulong> vb = ToVector(b);
        Vector128<ulong> middle = Pclmulqdq.CarrylessMultiply(va, vb, 0x01) ^ Pclmulqdq.CarrylessMultiply(va, vb, 0x10);
        return Reduce(
            Pclmulqdq.CarrylessMultiply(va, vb, 0x00), middle, Pclmulqdq.CarrylessMultiply(va, vb, 0x11));
    }

    internal static UInt128 MultiplyPortable(UInt128 a, UInt128 b)
    {
        UInt128 low = 0;
        UInt128 high = 0;
        MultiplyAddPortable(a, b, ref low, ref high);
        return ReducePortable(low, high);
    }

    /// <summary>Adds the unreduced 256-bit product a·b to (high, low).</summary>
    internal static void MultiplyAddPortable(UInt128 a, UInt128 b, ref UInt128 low, ref UInt128 high)
    {
        ulong a0 = (ulong)a, a1 = (ulong)(a >> 64), b0 = (ulong)b, b1 = (ulong)(b >> 64);
        UInt128 p00 = CarrylessPortable(a0, b0);
        UInt128 p11 = CarrylessPortable(a1, b1);
        UInt128 middle = CarrylessPortable(a0 ^ a1, b0 ^ b1) ^ p00 ^ p11; // Karatsuba
        low ^= p00 ^ (middle << 64);
        high ^= p11 ^ (middle >> 64);
    }

    internal static UInt128 ReducePortable(UInt128 low, UInt128 high)
    {
        // x^128 = x^7 + x^2 + x + 1: the shifted sum is high·Reduction; what it pushes past bit 127 is folded again.
        UInt128 folded = high ^ (high << 1) ^ (high << 2) ^ (high << 7);
        UInt128 over = (high >> 127) ^ (high >> 126) ^ (high >> 121);
        return low ^ folded ^ over ^ (over << 1) ^ (over << 2) ^ (over << 7);
    }

    /// <summary>Reduces low + middle·x^64 + high·x^128, each term 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt128 Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        low ^= Sse2.ShiftLeftLogical128BitLane(middle, 8);
        high ^= Sse2.ShiftRightLogical128BitLane(middle, 8);
        Vector128<ulong> reduction = Vector128.CreateScalar(Reduction);
        Vector128<ulong> fold = Pclmulqdq.CarrylessMultiply(high, reduction, 0x01);
        low ^= Sse2.ShiftLeftLogical128BitLane(fold, 8);
        high ^= Sse2.ShiftRightLogical128BitLane(fold, 8);
        low ^= Pclmulqdq.CarrylessMultiply(high, reduction, 0x00);
        return new UInt128(low.GetElement(1), low.GetElement(0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> ToVector(UInt128 value) =>
        Vector128.Create((ulong)value, (ulong)(value >> 64));

    /// <summary>The 127-bit carry-less product of two 64-bit polynomials.</summary>
    private static UInt128 CarrylessPortable(ulong x, ulong y) =>
        new(Reverse(CarrylessLow(Reverse(x), Reverse(y))) >> 1, CarrylessLow(x, y));

    /// <summary>
    /// Low 64 bits of a carry-less product by integer multiplication with holes: each operand is split into four
    /// with every fourth bit kept, so that at most 16 ones meet in a 4-bit column and only the top column, whose
    /// carry leaves the word, can overflow (the method of BearSSL's ctmul64).
    /// </summary>
    private static ulong CarrylessLow(ulong x, ulong y)
    {
        const ulong M0 = 0x1111111111111111, M1 = M0 << 1, M2 = M0 << 2, M3 = M0 << 3;
        ulong x0 = x & M0, x1 = x & M1, x2 = x & M2, x3 = x & M3;
        ulong y0 = y & M0, y1 = y & M1, y2 = y & M2, y3 = y & M3;
        ulong z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
        ulong z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
        ulong z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
        ulong z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
        return (z0 & M0) | (z1 & M1) | (z2 & M2) | (z3 & M3);
    }

    private static ulong Reverse(ulong x)
    {
        x = ((x & 0x5555555555555555) << 1) | ((x >> 1) & 0x5555555555555555);
        x = ((x & 0x3333333333333333) << 2) | ((x >> 2) & 0x3333333333333333);
        x = ((x & 0x0F0F0F0F0F0F0F0F) << 4) | ((x >> 4) & 0x0F0F0F0F0F0F0F0F);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(x);
    }
}
