using System.Runtime.CompilerServices;

namespace MdiQkd.Measurement;

/// <summary>
/// Division of many non-negative 64-bit numbers by one: a multiplication by floor(2^64 / divisor), whose quotient is exact or
/// one too small (the error x/2^64 of the product is below one), and a correction.
/// </summary>
internal readonly struct Reciprocal
{
    private readonly ulong divisor;
    private readonly ulong inverse;

    /// <param name="divisor">From 2 to 2^63 - 1.</param>
    public Reciprocal(long divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(divisor, 2);
        this.divisor = (ulong)divisor;
        inverse = (ulong)((UInt128.One << 64) / this.divisor);
    }

    /// <summary>Quotient and remainder of <paramref name="x"/> >= 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Divide(long x, out long remainder)
    {
        ulong quotient = Math.BigMul((ulong)x, inverse, out _);
        ulong rest = (ulong)x - (quotient * divisor);
        if (rest >= divisor)
        {
            rest -= divisor;
            quotient++;
        }

        remainder = (long)rest;
        return (long)quotient;
    }
}
