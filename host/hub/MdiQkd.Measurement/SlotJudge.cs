using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>
/// The rules of the Bell-state measurement, tag by tag and slot by slot. Tags come in ascending slots, so that one open slot is all the
/// state; it is judged once a later one begins, or once time is past its end.
/// </summary>
internal sealed class SlotJudge
{
    private readonly BsmSettings settings;
    private readonly Reciprocal pilotPeriod;
    private readonly SlotGrid grid;
    private readonly long startPs;
    private readonly long slots;
    private readonly long spanPs;
    private int openMask;
    private int openClicks;

    /// <param name="settings">Valid settings.</param>
    /// <param name="grid">Their raster.</param>
    /// <param name="startPs">Time at which slot 0 begins.</param>
    /// <param name="slots">Slots of the session, which fit tagger time.</param>
    public SlotJudge(BsmSettings settings, SlotGrid grid, long startPs, long slots)
    {
        this.settings = settings;
        this.grid = grid;
        this.startPs = startPs;
        this.slots = slots;
        spanPs = slots * grid.PeriodPs;
        Period = new Reciprocal(grid.PeriodPs);
        pilotPeriod = new Reciprocal(Math.Max(2, settings.Pilots?.Period ?? 2));
    }

    public MeasurementCounters Counters { get; } = new();

    /// <summary>The slot period as a divisor.</summary>
    public Reciprocal Period { get; }

    /// <summary>Slots from 0 that are judged or void for good.</summary>
    public long SettledSlots { get; private set; }

    /// <summary>The slot that may go on; −1 if none.</summary>
    public long OpenSlot { get; private set; } = -1;

    /// <summary>Adds the next tag.</summary>
    public void Add(long timePs, byte channel, BsmEventBuffer output)
    {
        Counters.TagsIn++;
        int detector = channel == grid.ChannelC ? 0 : 1;
        if (detector == 1 && channel != grid.ChannelD)
        {
            Counters.OtherChannels++;
            return;
        }

        long offsetPs = timePs - startPs;
        if ((ulong)offsetPs >= (ulong)spanPs)
        {
            Counters.OutsideSession++;
            return;
        }

        long slot = Period.Divide(offsetPs, out long inSlotPs);
        bool early = (uint)((int)inSlotPs - grid.EarlyPs) < (uint)grid.WindowPs;
        bool late = (uint)((int)inSlotPs - grid.LatePs) < (uint)grid.WindowPs;
        if (!early && !late)
        {
            Counters.BackgroundC += 1 - detector;
            Counters.BackgroundD += detector;
            return;
        }

        AddClick(slot, detector, late ? 1 : 0, output);
    }

    private void AddClick(long slot, int detector, int bin, BsmEventBuffer output)
    {
        if (slot < OpenSlot)
        {
            Counters.OutOfOrder++;
            return;
        }

        Counters.SinglesC += 1 - detector;
        Counters.SinglesD += detector;
        if (slot < SettledSlots)
        {
            Counters.VoidedClicks++;
            return;
        }

        if (slot != OpenSlot)
        {
            Close(output);
            OpenSlot = slot;
        }

        openMask |= 1 << ClickMask.Window(detector, bin);
        openClicks++;
    }

    /// <summary>Judges the open slot, all of whose tags are in.</summary>
    public void Close(BsmEventBuffer output)
    {
        SlotOutcome outcome = IsPilot(OpenSlot) ? SlotOutcome.None : ClickMask.Judge(openMask, openClicks);
        switch (outcome)
        {
            case SlotOutcome.PsiMinus:
                Counters.PsiMinus++;
                output.Add(OpenSlot, BellState.PsiMinus);
                break;
            case SlotOutcome.PsiPlus:
                Counters.PsiPlus++;
                if (settings.AcceptPsiPlus)
                {
                    output.Add(OpenSlot, BellState.PsiPlus);
                }

                break;
            case SlotOutcome.SameBin:
                Counters.SameBin++;
                break;
            case SlotOutcome.MultiClick:
                Counters.MultiClick++;
                break;
            default:
                break;
        }

        Forget();
    }

    /// <summary>Voids what a loss up to a time touches: the open slot, which was incomplete where the loss may begin, and all not settled.</summary>
    public void Void(long watermarkPs)
    {
        Counters.VoidedClicks += openClicks;
        Forget();
        long touched = watermarkPs < startPs
            ? 0
            : Math.Clamp(Period.Divide(watermarkPs - startPs, out _) + 1, SettledSlots, slots);
        if (touched > SettledSlots)
        {
            Counters.VoidSlots += touched - SettledSlots;
            SettledSlots = touched;
        }
    }

    /// <summary>Settles the slots of which every picosecond is at or before a time.</summary>
    public void Settle(long watermarkPs, BsmEventBuffer output)
    {
        long ended = watermarkPs < startPs ? 0 : Math.Min(Period.Divide(watermarkPs + 1 - startPs, out _), slots);
        if (ended <= SettledSlots)
        {
            return;
        }

        if (OpenSlot < ended)
        {
            Close(output);
        }

        Counters.JudgedSlots += ended - SettledSlots;
        SettledSlots = ended;
    }

    private bool IsPilot(long slot)
    {
        if (slot < 0 || settings.Pilots is not { Length: > 0 } pilots)
        {
            return false;
        }

        pilotPeriod.Divide(slot, out long inPeriod);
        return inPeriod < pilots.Length;
    }

    private void Forget()
    {
        OpenSlot = -1;
        openMask = 0;
        openClicks = 0;
    }
}
