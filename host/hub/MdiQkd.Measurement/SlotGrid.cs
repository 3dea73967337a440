using System.Numerics;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>
/// Slot raster in the form that the vector path wants: 32-bit offsets below 2^31, and division by multiplication with
/// m = ceil(2^(32+s) / divisor), s = floor(log2(divisor)). Its error m·divisor − 2^(32+s) is below the divisor and so below
/// 2^(s+1), for which quotients of numbers below 2^31 are exact (Granlund, Montgomery, PLDI 1994, theorem 4.2).
/// </summary>
internal sealed class SlotGrid
{
    /// <summary>Largest pilot period: slot within a chunk plus phase stay below 2^31.</summary>
    public const int PilotPeriodMax = 1 << 24;

    public SlotGrid(BsmSettings settings)
    {
        SlotTiming timing = settings.Timing;
        PeriodPs = timing.SlotPeriodPs;
        (PeriodFactor, PeriodShift) = Factor(PeriodPs);
        EarlyPs = timing.EarlyCentrePs - (timing.WindowPs / 2);
        LatePs = timing.LateCentrePs - (timing.WindowPs / 2);
        WindowPs = timing.WindowPs;
        ChannelC = settings.ChannelC;
        ChannelD = settings.ChannelD;
        if (settings.Pilots is { Length: > 0 } pilots)
        {
            PilotPeriod = pilots.Period;
            PilotLength = pilots.Length;
            (PilotFactor, PilotShift) = Factor(PilotPeriod);
        }
    }

    public int PeriodPs { get; }

    public uint PeriodFactor { get; }

    public int PeriodShift { get; }

    public int EarlyPs { get; }

    public int LatePs { get; }

    public int WindowPs { get; }

    public byte ChannelC { get; }

    public byte ChannelD { get; }

    /// <summary>0 without pilots.</summary>
    public int PilotPeriod { get; }

    public int PilotLength { get; }

    public uint PilotFactor { get; }

    public int PilotShift { get; }

    /// <summary>Whether groups of pilots are so rare that they are looked up in a chunk, instead of asked about by every tag.</summary>
    public bool MarksPilotsByRange => PilotPeriod >= 4096;

    /// <summary>Quotient of <paramref name="x"/> below 2^31 by the divisor of a factor and shift.</summary>
    public static int Divide(int x, uint factor, int shift) => (int)(((ulong)(uint)x * factor) >> shift);

    private static (uint Factor, int Shift) Factor(int divisor)
    {
        int log = BitOperations.Log2((uint)divisor);
        int shift = BitOperations.IsPow2(divisor) ? 31 + log : 32 + log;
        return ((uint)(((1ul << shift) + (uint)divisor - 1) / (uint)divisor), shift);
    }
}
