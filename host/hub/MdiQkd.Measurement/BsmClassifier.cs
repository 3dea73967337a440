using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement;

/// <summary>
/// Turns the tags of one session into Bell-state measurement events. |ψ⁻⟩ is exactly one click in each detector, in opposite
/// bins of the same slot, the two other windows empty; |ψ⁺⟩ exactly two clicks of one detector, one in each bin. Slot k lies at
/// [start + k·period, start + (k+1)·period); a window holds its first picosecond and not its end.
/// </summary>
/// <remarks>
/// Design: blocks are fed in order, from before the start of the session; tags ascend, so one open slot is all the state. A
/// slot is judged once the watermark is past its end, so that its judgement is final. A block that reports lost tags voids every
/// slot that its stretch of time touches. Integer arithmetic only: a slot index never depends on rounding.
/// Trade-offs: tags outside the windows are counted but do not spoil a slot, since the windows are what the detectors accept.
/// </remarks>
public sealed class BsmClassifier
{
    private readonly BsmSettings settings;
    private readonly Reciprocal period;
    private readonly Reciprocal pilotPeriod;
    private readonly long startPs;
    private readonly long slots;
    private readonly long spanPs;
    private readonly int earlyPs;
    private readonly int latePs;

    private long settledSlots;
    private long openSlot = -1;
    private int openMask;
    private int openClicks;

    /// <summary>Begins a session.</summary>
    /// <param name="settings">Valid settings.</param>
    /// <param name="startPs">Tagger time at which slot 0 begins at the hub.</param>
    /// <param name="slots">Slots of the session.</param>
    /// <exception cref="ArgumentException">The settings have a fault, or the session does not fit tagger time.</exception>
    public BsmClassifier(BsmSettings settings, long startPs, long slots)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(startPs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        SlotTiming timing = settings.Timing;
        if (slots > (TagFrame.TimePsMax - startPs) / timing.SlotPeriodPs)
        {
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "The session ends after the last tagger time.");
        }

        this.settings = settings;
        this.startPs = startPs;
        this.slots = slots;
        spanPs = slots * timing.SlotPeriodPs;
        period = new Reciprocal(timing.SlotPeriodPs);
        pilotPeriod = new Reciprocal(Math.Max(2, settings.Pilots?.Period ?? 2));
        earlyPs = timing.EarlyCentrePs - (timing.WindowPs / 2);
        latePs = timing.LateCentrePs - (timing.WindowPs / 2);
    }

    /// <summary>What became of the tags and slots so far.</summary>
    public MeasurementCounters Counters { get; } = new();

    /// <summary>Pilot slots of the session; stays empty without a pilot pattern.</summary>
    public PilotMonitor Pilots { get; } = new();

    /// <summary>Slots from 0 that are judged or void for good: no later event has a slot below this.</summary>
    public long SettledSlots => settledSlots;

    /// <summary>Whether every slot of the session is judged or void.</summary>
    public bool Finished => settledSlots == slots;

    /// <summary>Feeds the next block.</summary>
    /// <param name="block">Follows the block fed before without a gap.</param>
    /// <param name="output">Events are appended in strictly ascending slots.</param>
    public void Classify(TimeTagBlock block, BsmEventBuffer output)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(output);
        Counters.LostTags += block.LostTags;
        if (block.LostTags > 0)
        {
            // The open slot, if any, is touched: it was incomplete at the watermark where the loss may begin.
            Counters.VoidedClicks += openClicks;
            openSlot = -1;
            openMask = 0;
            openClicks = 0;
            long touched = SlotsBegunBy(block.WatermarkPs);
            Counters.VoidSlots += touched - settledSlots;
            settledSlots = touched;
        }

        ClassifyTags(block, output);
        Settle(SlotsEndedBy(block.WatermarkPs), output);
    }

    private void ClassifyTags(TimeTagBlock block, BsmEventBuffer output)
    {
        ReadOnlySpan<long> timesPs = block.TimesPs.AsSpan(0, block.Count);
        ReadOnlySpan<byte> channels = block.Channels.AsSpan(0, block.Count);
        int windowPs = settings.Timing.WindowPs;
        Counters.TagsIn += timesPs.Length;
        for (int i = 0; i < timesPs.Length; i++)
        {
            int detector = channels[i] == settings.ChannelC ? 0 : 1;
            if (detector == 1 && channels[i] != settings.ChannelD)
            {
                Counters.OtherChannels++;
                continue;
            }

            long offsetPs = timesPs[i] - startPs;
            if ((ulong)offsetPs >= (ulong)spanPs)
            {
                Counters.OutsideSession++;
                continue;
            }

            long slot = period.Divide(offsetPs, out long inSlotPs);
            bool early = (uint)((int)inSlotPs - earlyPs) < (uint)windowPs;
            bool late = (uint)((int)inSlotPs - latePs) < (uint)windowPs;
            if (!early && !late)
            {
                Counters.BackgroundC += 1 - detector;
                Counters.BackgroundD += detector;
                continue;
            }

            AddClick(slot, detector, late ? 1 : 0, output);
        }
    }

    private void AddClick(long slot, int detector, int bin, BsmEventBuffer output)
    {
        if (slot < openSlot)
        {
            Counters.OutOfOrder++;
            return;
        }

        Counters.SinglesC += 1 - detector;
        Counters.SinglesD += detector;
        if (slot < settledSlots)
        {
            Counters.VoidedClicks++;
            return;
        }

        if (slot != openSlot)
        {
            Judge(output);
            openSlot = slot;
        }

        openMask |= 1 << ClickMask.Window(detector, bin);
        openClicks++;
    }

    /// <summary>Judges the open slot, all of whose tags are in, and closes it.</summary>
    private void Judge(BsmEventBuffer output)
    {
        int mask = openMask;
        int clicks = openClicks;
        openMask = 0;
        openClicks = 0;
        if (clicks == 0)
        {
            return;
        }

        if (IsPilot(openSlot))
        {
            Pilots.AddClicks(mask);
        }
        else if (clicks > 1)
        {
            JudgeCoincidence(mask, clicks, output);
        }
    }

    private void JudgeCoincidence(int mask, int clicks, BsmEventBuffer output)
    {
        switch (clicks == 2 ? mask : 0)
        {
            case ClickMask.CEarlyDLate or ClickMask.DEarlyCLate:
                Counters.PsiMinus++;
                output.Add(openSlot, BellState.PsiMinus);
                break;
            case ClickMask.BothC or ClickMask.BothD:
                Counters.PsiPlus++;
                if (settings.AcceptPsiPlus)
                {
                    output.Add(openSlot, BellState.PsiPlus);
                }

                break;
            case ClickMask.SameEarly or ClickMask.SameLate:
                Counters.SameBin++;
                break;
            default:
                Counters.MultiClick++;
                break;
        }
    }

    private void Settle(long ended, BsmEventBuffer output)
    {
        if (ended <= settledSlots)
        {
            return;
        }

        if (openSlot < ended)
        {
            Judge(output);
            openSlot = -1;
        }

        Counters.JudgedSlots += ended - settledSlots;
        Pilots.AddSlots(PilotsBefore(ended) - PilotsBefore(settledSlots));
        settledSlots = ended;
    }

    private bool IsPilot(long slot)
    {
        if (settings.Pilots is not { Length: > 0 } pilots)
        {
            return false;
        }

        pilotPeriod.Divide(slot, out long inPeriod);
        return inPeriod < pilots.Length;
    }

    private long PilotsBefore(long slot) => settings.Pilots is { Length: > 0 } pilots
        ? (slot / pilots.Period * pilots.Length) + Math.Min(slot % pilots.Period, pilots.Length)
        : 0;

    /// <summary>Slots that begin at or before <paramref name="timePs"/>.</summary>
    private long SlotsBegunBy(long timePs) =>
        timePs < startPs ? 0 : Math.Clamp(period.Divide(timePs - startPs, out _) + 1, settledSlots, slots);

    /// <summary>Slots of which every picosecond is at or before <paramref name="timePs"/>.</summary>
    private long SlotsEndedBy(long timePs) =>
        timePs < startPs ? 0 : Math.Min(period.Divide(timePs + 1 - startPs, out _), slots);
}
