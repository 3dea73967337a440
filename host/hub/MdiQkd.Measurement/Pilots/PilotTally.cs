using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Pilots;

/// <summary>
/// Collects the clicks of pilot slots from the tags of a session. Looks at tags near pilots only (a binary search per group of
/// pilots), so that it costs little beside the classification of all of them.
/// </summary>
/// <remarks>
/// Blocks are fed in order. A group of pilots counts once the watermark is past it; a block that reports lost tags voids the
/// groups that its stretch of time touches, and an interval begins with the first whole group after a given time.
/// </remarks>
public sealed class PilotTally
{
    private readonly PilotPattern pilots;
    private readonly SlotTiming timing;
    private readonly byte channelC;
    private readonly byte channelD;
    private readonly long startPs;
    private readonly long groupPs;
    private readonly long groupsMax;
    private readonly int guards;

    private long settledGroups; // groups before this one are counted or void
    private long fromGroup;
    private long openSlot = -1;
    private int openMask;

    /// <summary>Begins a session.</summary>
    /// <param name="settings">Valid settings with a pilot pattern.</param>
    /// <param name="startPs">Tagger time at which slot 0 begins at the hub.</param>
    /// <param name="slots">Slots of the session.</param>
    /// <exception cref="ArgumentException">The settings have a fault or no pilots.</exception>
    public PilotTally(BsmSettings settings, long startPs, long slots)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if ((settings.Fault() ?? (settings.Pilots is { Length: > 0 } ? null : "no pilot slots")) is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        pilots = settings.Pilots!;
        timing = settings.Timing;
        channelC = settings.ChannelC;
        channelD = settings.ChannelD;
        this.startPs = startPs;
        groupPs = (long)pilots.Period * timing.SlotPeriodPs;
        groupsMax = (slots - pilots.Length) / pilots.Period + 1;
        guards = pilots.Length - pilots.ActivePerGroup;
        Interval = new PilotInterval(timing.SlotPeriodPs);
    }

    /// <summary>What was collected since the interval began.</summary>
    public PilotInterval Interval { get; }

    /// <summary>Tagger time up to which the interval is complete.</summary>
    public long ReachedPs => startPs + (settledGroups * groupPs);

    /// <summary>Begins an interval with the first whole group after a time that is not counted yet.</summary>
    public void Begin(long fromPs)
    {
        Interval.Clear();
        openMask = 0;
        openSlot = -1;
        fromGroup = Math.Max(settledGroups, (fromPs - startPs + groupPs - 1) / groupPs);
    }

    /// <summary>Feeds the next block.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.LostTags > 0)
        {
            openMask = 0;
            openSlot = -1;
            long touched = Math.Min(groupsMax, ((block.WatermarkPs - startPs) / groupPs) + 1);
            settledGroups = Math.Max(settledGroups, touched);
            fromGroup = Math.Max(fromGroup, settledGroups);
        }

        AddTags(block);
        Settle(block.WatermarkPs);
    }

    // A group's tags: from half a slot before its first pilot that is no guard to half a slot beyond its last one.
    private void AddTags(TimeTagBlock block)
    {
        ReadOnlySpan<long> timesPs = block.TimesPs.AsSpan(0, block.Count);
        long fromOffsetPs = ((long)guards * timing.SlotPeriodPs) + timing.EarlyCentrePs - (timing.SlotPeriodPs / 2);
        long untilOffsetPs = (long)pilots.Length * timing.SlotPeriodPs;
        int i = 0;
        while (i < timesPs.Length)
        {
            long group = Math.Max(fromGroup, (timesPs[i] - startPs - fromOffsetPs) / groupPs);
            long originPs = startPs + (group * groupPs);
            if (timesPs[i] < originPs + fromOffsetPs)
            {
                i = LowerBound(timesPs, i, originPs + fromOffsetPs);
                continue;
            }

            if (group >= groupsMax)
            {
                return;
            }

            for (; i < timesPs.Length && timesPs[i] < originPs + untilOffsetPs; i++)
            {
                AddTag(group, timesPs[i] - originPs, block.Channels[i]);
            }

            i = LowerBound(timesPs, i, originPs + groupPs + fromOffsetPs);
        }
    }

    private void AddTag(long group, long offsetPs, byte channel)
    {
        if (channel != channelC && channel != channelD)
        {
            return;
        }

        // A tag lies in one slot, and may also be an early arrival of the pilot in the next one.
        int slot = (int)(offsetPs / timing.SlotPeriodPs);
        for (int position = Math.Max(slot, guards); position <= Math.Min(slot + 1, pilots.Length - 1); position++)
        {
            PilotKind kind = PilotPattern.KindOfActive((group * pilots.ActivePerGroup) + position - guards);
            int inSlotPs = (int)(offsetPs - ((long)position * timing.SlotPeriodPs));
            if (kind is PilotKind.AloneA or PilotKind.AloneB)
            {
                ArrivalOffsets arrivals = kind == PilotKind.AloneA ? Interval.A : Interval.B;
                if (Math.Abs(inSlotPs - timing.EarlyCentrePs) < arrivals.HalfRangePs)
                {
                    arrivals.Add(inSlotPs - timing.EarlyCentrePs);
                }
            }
            else if (position == slot)
            {
                AddClick((group * pilots.Period) + position, inSlotPs, channel == channelC ? 0 : 1);
            }
        }
    }

    private void AddClick(long slot, int inSlotPs, int detector)
    {
        int half = timing.WindowPs / 2;
        bool early = (uint)(inSlotPs - timing.EarlyCentrePs + half) < (uint)timing.WindowPs;
        bool late = (uint)(inSlotPs - timing.LateCentrePs + half) < (uint)timing.WindowPs;
        if (!early && !late)
        {
            return;
        }

        if (slot != openSlot)
        {
            Judge();
            openSlot = slot;
        }

        openMask |= 1 << ClickMask.Window(detector, late ? 1 : 0);
    }

    private void Judge()
    {
        if (openMask != 0)
        {
            (pilots.KindOf(openSlot) == PilotKind.InPhase ? Interval.Both.InPhase : Interval.Both.Quadrature).Add(openMask);
            openMask = 0;
        }
    }

    private void Settle(long watermarkPs)
    {
        long untilOffsetPs = ((long)pilots.Length * timing.SlotPeriodPs) + timing.SlotPeriodPs;
        long complete = Math.Min(groupsMax, (watermarkPs - startPs - untilOffsetPs + groupPs) / groupPs);
        if (watermarkPs < startPs || complete <= settledGroups)
        {
            return;
        }

        if (openSlot < complete * pilots.Period)
        {
            Judge();
        }

        long from = Math.Max(settledGroups, fromGroup) * pilots.ActivePerGroup;
        long to = Math.Max(complete, fromGroup) * pilots.ActivePerGroup;
        Interval.A.Slots += Count(PilotKind.AloneA);
        Interval.B.Slots += Count(PilotKind.AloneB);
        Interval.Both.InPhase.Slots += Count(PilotKind.InPhase);
        Interval.Both.Quadrature.Slots += Count(PilotKind.Quadrature);
        settledGroups = complete;

        long Count(PilotKind kind) => PilotPattern.CountBefore(kind, to) - PilotPattern.CountBefore(kind, from);
    }

    private static int LowerBound(ReadOnlySpan<long> timesPs, int from, long wanted)
    {
        // Groups are near each other: gallop, then halve.
        int step = 1;
        int low = from;
        while (low + step < timesPs.Length && timesPs[low + step] < wanted)
        {
            low += step;
            step *= 2;
        }

        int high = Math.Min(timesPs.Length, low + step);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (timesPs[middle] < wanted)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
