using System.Numerics;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>
/// Slot raster in the form that the vector path wants: slot and place in the slot of an offset x below 2^30 ps by one multiplication with
/// m = ceil(2^t / P), P the period, 2^31 &lt;= m &lt; 2^32. With x = qP + r and e = m·P − 2^t &lt; P the product is q·2^t + r·m + q·e, and
/// q·e &lt; x &lt; 2^30: so its bits from t on are the slot q, and those below lie in [r·m, r·m + 2^30), apart for every r. The upper 32 of the
/// latter are the fraction; r >= a exactly if the fraction is at least that of a·m, since m − 2^30 >= 2^30 outweighs what is cut off.
/// </summary>
internal sealed class SlotGrid
{
    /// <summary>Offsets stay below this, ps.</summary>
    public const int OffsetPsMax = 1 << 30;

    public SlotGrid(BsmSettings settings)
    {
        SlotTiming timing = settings.Timing;
        PeriodPs = timing.SlotPeriodPs;
        int log = BitOperations.Log2((uint)PeriodPs);
        int bits = BitOperations.IsPow2(PeriodPs) ? 31 + log : 32 + log;
        Factor = (uint)(((1ul << bits) + (uint)PeriodPs - 1) / (uint)PeriodPs);
        FractionShift = bits - 32;
        EarlyPs = timing.EarlyCentrePs - (timing.WindowPs / 2);
        LatePs = timing.LateCentrePs - (timing.WindowPs / 2);
        WindowPs = timing.WindowPs;
        ChannelC = settings.ChannelC;
        ChannelD = settings.ChannelD;
    }

    public int PeriodPs { get; }

    /// <summary>m.</summary>
    public uint Factor { get; }

    /// <summary>t − 32: the product shifted right by this has the slot in its upper and the fraction in its lower 32 bits.</summary>
    public int FractionShift { get; }

    public int EarlyPs { get; }

    public int LatePs { get; }

    public int WindowPs { get; }

    public byte ChannelC { get; }

    public byte ChannelD { get; }

    /// <summary>Least fraction of a place in the slot; 2^32 or a little more at its end.</summary>
    public ulong Fraction(int inSlotPs) => ((ulong)inSlotPs * Factor) >> FractionShift;
}
