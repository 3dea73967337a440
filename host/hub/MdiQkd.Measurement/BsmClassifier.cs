using System.Numerics;
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
/// Most tags go through vectors in chunks (<see cref="ClickKeys"/>); tags at the borders of blocks, sessions and losses go one by one,
/// as do all on a machine without AVX2. Trade-offs: tags outside the windows are counted but do not spoil a slot, since the windows are what the detectors accept.
/// </remarks>
public sealed class BsmClassifier
{
    private readonly BsmSettings settings;
    private readonly Reciprocal period;
    private readonly Reciprocal pilotPeriod;
    private readonly long startPs;
    private readonly long slots;
    private readonly long spanPs;
    private readonly SlotGrid grid;
    private readonly bool accelerated;
    private readonly int[] keys = new int[ClickKeys.ChunkTags + 2];
    private readonly long[] codes = new long[ClickKeys.CodeMask + 1];

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
        : this(settings, startPs, slots, ClickKeys.IsSupported)
    {
    }

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal BsmClassifier(BsmSettings settings, long startPs, long slots, bool accelerated)
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
        grid = new SlotGrid(settings);
        this.accelerated = accelerated && grid.PilotPeriod <= SlotGrid.PilotPeriodMax;
    }

    /// <summary>What became of the tags and slots so far.</summary>
    public MeasurementCounters Counters { get; } = new();

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
        Counters.TagsIn += timesPs.Length;
        while (!timesPs.IsEmpty)
        {
            int done = accelerated ? ClassifyChunk(timesPs, channels, output) : 0;
            if (done == 0)
            {
                done = accelerated ? Math.Min(timesPs.Length, 8) : timesPs.Length;
                for (int i = 0; i < done; i++)
                {
                    AddTag(timesPs[i], channels[i], output);
                }
            }

            timesPs = timesPs[done..];
            channels = channels[done..];
        }
    }

    /// <summary>
    /// Classifies the next tags by vectors if they lie in slots of the session that are open to judgement and begin after the
    /// open slot; leaves the last slot that it sees, which may go on.
    /// </summary>
    /// <returns>Tags done, 0 if these tags want to be added one by one.</returns>
    private int ClassifyChunk(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels, BsmEventBuffer output)
    {
        int count = Math.Min(timesPs.Length, ClickKeys.ChunkTags);
        long firstPs = timesPs[0] - startPs;
        while (count > 8 && timesPs[count - 1] - timesPs[0] > ClickKeys.ChunkPsMax - grid.PeriodPs)
        {
            count /= 2;
        }

        long lastPs = timesPs[count - 1] - startPs;
        if (count <= 8 || firstPs < 0 || lastPs >= spanPs || lastPs < firstPs)
        {
            return 0;
        }

        long firstSlot = period.Divide(firstPs, out long inSlotPs);
        period.Divide(lastPs, out long lastInSlotPs);
        if (firstSlot <= openSlot || firstSlot < settledSlots)
        {
            return 0;
        }

        long lastSlotPs = timesPs[count - 1] - lastInSlotPs;
        do
        {
            count--;
        }
        while (count > 0 && timesPs[count - 1] >= lastSlotPs);

        long basePs = timesPs[0] - inSlotPs;
        int pilotPhase = grid.PilotPeriod == 0 ? 0 : (int)(firstSlot % grid.PilotPeriod);
        if (count == 0 || !ClickKeys.TryFill(grid, timesPs[..count], channels, basePs, pilotPhase, keys, codes)
            || !CoincidenceSearch.IsAscending(keys.AsSpan(0, count)))
        {
            return 0;
        }

        if (grid.MarksPilotsByRange)
        {
            MarkPilots(firstSlot, count);
        }

        Judge(output);
        openSlot = -1;
        Counters.SinglesC += codes[ClickMask.Window(0, 0)] + codes[ClickMask.Window(0, 1)];
        Counters.SinglesD += codes[ClickMask.Window(1, 0)] + codes[ClickMask.Window(1, 1)];
        Counters.BackgroundC += codes[ClickKeys.BackgroundC];
        Counters.BackgroundD += codes[ClickKeys.BackgroundD];
        Counters.OtherChannels += codes[ClickKeys.OtherChannel];
        JudgeKeys(firstSlot, count, output);
        return count;
    }

    /// <summary>Sets the pilot bit of the tags of a chunk, group of pilots by group.</summary>
    private void MarkPilots(long firstSlot, int count)
    {
        long endSlot = firstSlot + (keys[count - 1] >> ClickKeys.SlotShift) + 1;
        for (long group = firstSlot / grid.PilotPeriod * grid.PilotPeriod; group < endSlot; group += grid.PilotPeriod)
        {
            int from = FirstKey(Math.Max(0, group - firstSlot), count);
            long end = group - firstSlot + grid.PilotLength;
            for (int i = from; i < count && keys[i] >> ClickKeys.SlotShift < end; i++)
            {
                keys[i] |= ClickKeys.PilotBit;
            }
        }
    }

    private int FirstKey(long slot, int count)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = keys[middle] >> ClickKeys.SlotShift < slot ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void JudgeKeys(long firstSlot, int count, BsmEventBuffer output)
    {
        keys[count] = keys[count + 1] = ClickKeys.End;
        ReadOnlySpan<byte> table = PairOutcome.Table;
        Span<int> tally = stackalloc int[PairOutcome.Count];
        tally.Clear();
        int acceptPlus = settings.AcceptPsiPlus ? 1 << PairOutcome.PsiPlus : 0;
        int accepted = (1 << PairOutcome.PsiMinus) | acceptPlus;
        int next = 0;
        for (int from = 0; from < count; from += 64)
        {
            ulong wanted = CoincidenceSearch.Candidates(keys, from, count);
            output.Reserve(64);
            for (; wanted != 0; wanted &= wanted - 1)
            {
                int i = from + BitOperations.TrailingZeroCount(wanted);
                int key = keys[i];
                int other = keys[i + 1];

                // Nearly always two tags and no third, in no pilot: by table, without branches that depend on the outcome.
                bool plainPair = ((key ^ other) >> ClickKeys.SlotShift == 0) & ((key ^ keys[i + 2]) >> ClickKeys.SlotShift != 0)
                    & ((key & ClickKeys.PilotBit) == 0) & (i >= next);
                if (plainPair)
                {
                    int outcome = table[((key & ClickKeys.CodeMask) << 3) | (other & ClickKeys.CodeMask)];
                    tally[outcome]++;
                    output.AddIf(firstSlot + (key >> ClickKeys.SlotShift), outcome >> 1, (accepted >> outcome) & 1);
                }
                else if (i >= next)
                {
                    next = JudgeGroup(firstSlot, i, output);
                }
            }
        }

        Counters.PsiMinus += tally[PairOutcome.PsiMinus];
        Counters.PsiPlus += tally[PairOutcome.PsiPlus];
        Counters.SameBin += tally[PairOutcome.SameBin];
        Counters.MultiClick += tally[PairOutcome.MultiClick];
    }

    /// <summary>Judges the slot of tag <paramref name="i"/> of a chunk by the exact rules; yields the first tag behind it.</summary>
    private int JudgeGroup(long firstSlot, int i, BsmEventBuffer output)
    {
        int slot = keys[i] >> ClickKeys.SlotShift;
        bool pilot = (keys[i] & ClickKeys.PilotBit) != 0;
        int mask = 0;
        int clicks = 0;
        for (; keys[i] >> ClickKeys.SlotShift == slot; i++)
        {
            int code = keys[i] & ClickKeys.CodeMask;
            int click = code < ClickKeys.BackgroundC ? 1 : 0;
            mask |= click << code;
            clicks += click;
        }

        JudgeSlot(firstSlot + slot, pilot, mask, clicks, output);
        return i;
    }

    private void AddTag(long timePs, byte channel, BsmEventBuffer output)
    {
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

        long slot = period.Divide(offsetPs, out long inSlotPs);
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
        if (clicks > 0)
        {
            JudgeSlot(openSlot, IsPilot(openSlot), mask, clicks, output);
        }
    }

    private void JudgeSlot(long slot, bool pilot, int mask, int clicks, BsmEventBuffer output)
    {
        if (!pilot && clicks > 1)
        {
            JudgeCoincidence(slot, mask, clicks, output);
        }
    }

    private void JudgeCoincidence(long slot, int mask, int clicks, BsmEventBuffer output)
    {
        switch (clicks == 2 ? mask : 0)
        {
            case ClickMask.CEarlyDLate or ClickMask.DEarlyCLate:
                Counters.PsiMinus++;
                output.Add(slot, BellState.PsiMinus);
                break;
            case ClickMask.BothC or ClickMask.BothD:
                Counters.PsiPlus++;
                if (settings.AcceptPsiPlus)
                {
                    output.Add(slot, BellState.PsiPlus);
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

    /// <summary>Slots that begin at or before <paramref name="timePs"/>.</summary>
    private long SlotsBegunBy(long timePs) =>
        timePs < startPs ? 0 : Math.Clamp(period.Divide(timePs - startPs, out _) + 1, settledSlots, slots);

    /// <summary>Slots of which every picosecond is at or before <paramref name="timePs"/>.</summary>
    private long SlotsEndedBy(long timePs) =>
        timePs < startPs ? 0 : Math.Min(period.Divide(timePs + 1 - startPs, out _), slots);
}
