namespace MdiQkd.Protocol;

/// <summary>Slot raster of a network: a slot holds an early and a late time bin.</summary>
/// <param name="SlotPeriodPs">Length of a slot; 5,000 ps is a 200 MHz clock.</param>
/// <param name="BinSpacingPs">Late bin centre minus early bin centre.</param>
/// <param name="WindowPs">Width of the acceptance window around each bin centre.</param>
public sealed record SlotTiming(int SlotPeriodPs, int BinSpacingPs, int WindowPs)
{
    /// <summary>Centre of the early bin from the start of the slot: the two bins lie symmetrically in the slot.</summary>
    public int EarlyCentrePs => (SlotPeriodPs - BinSpacingPs) / 2;

    /// <summary>Centre of the late bin from the start of the slot.</summary>
    public int LateCentrePs => EarlyCentrePs + BinSpacingPs;

    /// <summary>Slots per second.</summary>
    public double SlotRateHz => 1e12 / SlotPeriodPs;

    /// <summary>What is wrong with the raster, or null.</summary>
    public string? Fault() =>
        SlotPeriodPs is < 100 or > 1_000_000 ? $"slotPeriodPs = {SlotPeriodPs} is outside 100..1000000"
        : BinSpacingPs <= 0 || BinSpacingPs >= SlotPeriodPs ? $"binSpacingPs = {BinSpacingPs} is outside 1..{SlotPeriodPs - 1}"
        : WindowPs <= 0 || WindowPs > BinSpacingPs || WindowPs > SlotPeriodPs - BinSpacingPs
            ? $"windowPs = {WindowPs}: windows must not overlap (1..{Math.Min(BinSpacingPs, SlotPeriodPs - BinSpacingPs)})"
        : null;
}
