using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Exponential numbers of mean 1 in batches: −ln u with u in (0, 1] from the upper 52 bits of a word. Every element takes the same
/// additions, multiplications and one division, and fused are those that say so, so that registers of every width yield the same numbers.
/// </summary>
/// <remarks>
/// u = 2^k m with m in [√½, √2), and ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), |s| ≤ 0.172: the first term
/// left out, s¹⁷/17, is 3e-14 of the sum.
/// </remarks>
internal static class Exponential
{
    private const int MantissaBits = 52;
    private const long MantissaMask = (1L << MantissaBits) - 1;
    private const double TwoTo52 = 1L << MantissaBits;
    private const double Ln2 = 0.693147180559945309;

    // Bits of 1, √½ and 2^52.
    private const long OneBits = 0x3FF0_0000_0000_0000;
    private const long RootHalfBits = 0x3FE6_A09E_667F_3BCD;
    private const long TwoTo52Bits = 0x4330_0000_0000_0000;

    /// <summary>Turns random words into exponential numbers, in place.</summary>
    /// <param name="words">Random bits; a multiple of a register's width.</param>
    /// <param name="mean">Mean of the numbers.</param>
    public static Span<double> FromWords(Span<ulong> words, double mean)
    {
        foreach (ref Vector<ulong> word in MemoryMarshal.Cast<ulong, Vector<ulong>>(words))
        {
            word = FromWord(word, new Vector<double>(-mean)).As<double, ulong>();
        }

        return MemoryMarshal.Cast<ulong, double>(words);
    }

    /// <summary>Turns random words into geometric numbers, in place: whole parts of exponential ones, plus one.</summary>
    /// <param name="words">Random bits; a multiple of a register's width.</param>
    /// <param name="mean">Mean of the exponential numbers.</param>
    /// <param name="most">Whole parts above this become this, at most 2^51.</param>
    public static Span<long> GeometricFromWords(Span<ulong> words, double mean, double most)
    {
        foreach (ref Vector<ulong> word in MemoryMarshal.Cast<ulong, Vector<ulong>>(words))
        {
            // As the last bits of 2^52 + number.
            Vector<double> number = Vector.Min(FromWord(word, new Vector<double>(-mean)), new Vector<double>(most));
            Vector<double> whole = Vector.Floor(number) + new Vector<double>(TwoTo52 + 1);
            word = whole.As<double, ulong>() & new Vector<ulong>((ulong)MantissaMask);
        }

        return MemoryMarshal.Cast<ulong, long>(words);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> FromWord(Vector<ulong> word, Vector<double> minusMean)
    {
        Vector<ulong> oneToTwo = (word >> (64 - MantissaBits)) | new Vector<ulong>((ulong)OneBits);
        return Logarithm(new Vector<double>(2) - oneToTwo.As<ulong, double>()) * minusMean;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Logarithm(Vector<double> u)
    {
        Vector<long> shifted = u.As<double, long>() + new Vector<long>(OneBits - RootHalfBits);
        Vector<long> mantissa = (shifted & new Vector<long>(MantissaMask)) + new Vector<long>(RootHalfBits);
        Vector<double> m = mantissa.As<long, double>();

        // The biased exponent as the last bits of 2^52 + exponent.
        Vector<long> biased = (shifted.As<long, ulong>() >> MantissaBits).As<ulong, long>() | new Vector<long>(TwoTo52Bits);
        Vector<double> k = biased.As<long, double>() - new Vector<double>(TwoTo52 + 1023);
        Vector<double> s = (m - Vector<double>.One) / (m + Vector<double>.One);
        Vector<double> z = s * s;

        // Neighbouring terms first (Estrin): half the steps that wait for each other.
        Vector<double> z2 = z * z, z4 = z2 * z2;
        Vector<double> low = Vector.FusedMultiplyAdd(Two(2.0 / 5, 2.0 / 7, z), z2, Two(2.0, 2.0 / 3, z));
        Vector<double> high = Vector.FusedMultiplyAdd(Two(2.0 / 13, 2.0 / 15, z), z2, Two(2.0 / 9, 2.0 / 11, z));
        Vector<double> sum = Vector.FusedMultiplyAdd(high, z4, low);
        return Vector.FusedMultiplyAdd(k, new Vector<double>(Ln2), sum * s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Two(double constant, double factor, Vector<double> z) =>
        Vector.FusedMultiplyAdd(new Vector<double>(factor), z, new Vector<double>(constant));
}
