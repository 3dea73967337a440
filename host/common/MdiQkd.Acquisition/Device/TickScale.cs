namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Turns device ticks into picoseconds: floor(tick × period), the period being a fraction of femtoseconds (WIRE.md, section 4).
/// Exact for every tick whose time fits; no floating point.
/// </summary>
public sealed class TickScale
{
    private const int FsPerPs = 1000;

    // floor(n / d) = (n × multiplier) >> (63 + shift), for n below 2^63: Granlund and Montgomery, PLDI 1994, theorem 4.2, N = 63.
    private readonly ulong multiplier;
    private readonly int shift;
    private readonly ulong numerator;
    private readonly ulong divisor;

    /// <summary>Takes the period of a device.</summary>
    /// <param name="femtosecondsNumerator">One tick is this over <paramref name="denominator"/> femtoseconds; not 0.</param>
    /// <param name="denominator">Not 0.</param>
    public TickScale(uint femtosecondsNumerator, uint denominator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(femtosecondsNumerator);
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        ulong common = GreatestCommonDivisor(femtosecondsNumerator, (ulong)denominator * FsPerPs);
        numerator = femtosecondsNumerator / common;
        divisor = (ulong)denominator * FsPerPs / common;
        int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(divisor - 1);
        shift = bits - 1;
        multiplier = (ulong)(((UInt128)1 << (63 + bits)) / divisor) + 1;
        TickMax = (long)UInt128.Min(TagFrame.TimePsMax, (UInt128)TagFrame.TimePsMax * divisor / numerator);
    }

    /// <summary>Whether a tick is a picosecond.</summary>
    public bool IsIdentity => numerator == 1 && divisor == 1;

    /// <summary>Latest tick whose time is at most <see cref="TagFrame.TimePsMax"/>.</summary>
    public long TickMax { get; }

    /// <summary>Time of a tick, 0 to <see cref="TickMax"/>, in ps.</summary>
    public long ToPs(long tick) => (long)((UInt128)(ulong)tick * numerator / divisor);

    /// <summary>Turns ticks into picoseconds in place.</summary>
    /// <param name="ticks">Ascending, 0 to <see cref="TickMax"/>.</param>
    public void ToPs(Span<long> ticks)
    {
        if (IsIdentity || ticks.IsEmpty)
        {
            return;
        }

        // Distances to the first tick are small, so that one 64-bit product holds them; the first one is split exactly.
        ulong first = (ulong)ticks[0];
        UInt128 product = (UInt128)first * numerator;
        ulong wholePs = (ulong)(product / divisor);
        ulong rest = (ulong)(product % divisor);
        if ((UInt128)((ulong)ticks[^1] - first) * numerator + rest > long.MaxValue)
        {
            foreach (ref long tick in ticks)
            {
                tick = ToPs(tick);
            }

            return;
        }

        if (divisor == 1)
        {
            foreach (ref long tick in ticks)
            {
                tick = (long)((ulong)tick * numerator);
            }

            return;
        }

        foreach (ref long tick in ticks)
        {
            ulong n = rest + (((ulong)tick - first) * numerator);
            tick = (long)(wholePs + (Math.BigMul(n, multiplier, out _) >> shift));
        }
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
