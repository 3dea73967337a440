using System.Numerics;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Clock;

/// <summary>
/// Recovers the slot clock from the tags of a session and turns tagger time into slot time, in which slot k is exactly
/// [start + k·P, start + (k+1)·P): what follows needs no clock of its own. Feed blocks, then take blocks until there is none.
/// </summary>
/// <remarks>
/// Design: time goes in steps of 2^30 ps. The tags of a step are held until they (or, if they are few, those of the next steps)
/// confirm period and phase: a mean phasor (<see cref="ArrivalPhase"/>) that stands out, less than a quarter of the ambiguity off. Then
/// they leave, mapped by a line that ends on the corrected phase; phase and rate follow by a loop of second order. Tags that
/// deny the clock never leave: their number counts as lost, and so their slots are void. Steps count from the start of the session, not from
/// the borders of blocks, so that the same tags in other blocks give the same result.
/// Trade-offs: a millisecond of delay. With bins half a period apart, early and late look alike, so that a sudden step by exactly
/// that much is not seen; neither is a step during a pause that the rate of tags allows.
/// </remarks>
public sealed class SlotClockRecovery
{
    private const long StepPs = 1L << 30;
    private const int SamplesPerStep = 512;
    private const int SamplesMin = 48;

    // Tags without a period reach this n|z|² with a probability of e^−25.
    private const double SignificanceMin = 25;

    // With so many and still not significant, less than a twelfth of the tags follow the clock.
    private const int SamplesUndecidedMax = 4096;
    private const int SearchTagsMin = 1024;
    private const int SearchTagsMax = 1 << 14;
    private const int HeldTagsMax = 1 << 23;

    /// <summary>Steps without a decision after which tags leave on trust: 1.1 s.</summary>
    private const long HoldPsMax = 1024 * StepPs;

    /// <summary>Without a confirmation for so long the phase is unknown: 100 s, in which 1e-11 of drift make 1 ns.</summary>
    private const long HoldoverPsMax = 100_000_000_000_000;

    // A pause of 100 mean distances: e^−50 even if tags come in pairs.
    private const double GapDistances = 100;
    private const int GapStride = 32;
    private const double PhaseGainMin = 0.2;

    private readonly SlotClockSettings settings;
    private readonly long startPs;
    private readonly long slotEndPs;
    private readonly TimeTagBlock held = new();
    private readonly List<HeldStretch> stretches = [];
    private readonly ArrivalPhase arrivalsC;
    private readonly ArrivalPhase arrivalsD;
    private readonly ArrivalPhase arrivals;
    private readonly ArrivalPhase allC;
    private readonly ArrivalPhase allD;
    private readonly bool accelerated;

    private int taken;          // stretches at the front that were taken,
    private int takenTags;      // and their tags
    private int decided;        // stretches at the front that may be taken,
    private int decidedTags;    // and their tags
    private long openFromPs;    // start of the stretch that is being filled
    private int openFirst;      // its first tag
    private long openDiscarded; // tags of it that were discarded
    private long inputPs = -1;  // watermark of the input
    private long outputPs = -1; // slot time up to which stretches are decided

    // Slot time of t is originSlotPs + (t − originPs)·(1 + rate), until the next stretches are decided.
    private long originPs;
    private long originSlotPs;
    private double rate;

    private long evidenceFromPs;
    private long index;
    private long stride = 1;
    private long lastTagPs = -1;
    private long confirmedPs;
    private double meanDistancePs;
    private int gainSteps;
    private long retryPs;
    private long retryWaitPs = StepPs;
    private ArrivalEstimate? latest;

    /// <summary>Begins a session.</summary>
    /// <param name="settings">Valid settings.</param>
    /// <param name="startPs">Tagger time at which slot 0 begins.</param>
    /// <param name="slots">Slots of the session; afterwards nothing is looked for.</param>
    /// <exception cref="ArgumentException">The settings have a fault.</exception>
    public SlotClockRecovery(SlotClockSettings settings, long startPs, long slots)
        : this(settings, startPs, slots, accelerated: true)
    {
    }

    /// <summary>The same with the choice of path, so that tests compare them.</summary>
    internal SlotClockRecovery(SlotClockSettings settings, long startPs, long slots, bool accelerated)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(startPs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        if (settings.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(settings));
        }

        this.settings = settings;
        this.startPs = startPs;
        this.accelerated = accelerated;
        slotEndPs = startPs + (slots * settings.Timing.SlotPeriodPs);
        arrivalsC = new ArrivalPhase(settings.Timing);
        arrivalsD = new ArrivalPhase(settings.Timing);
        arrivals = new ArrivalPhase(settings.Timing);
        allC = new ArrivalPhase(settings.Timing);
        allD = new ArrivalPhase(settings.Timing);
        originPs = originSlotPs = confirmedPs = evidenceFromPs = startPs;
        State = settings.StartIsKnown ? SlotClockState.Unconfirmed : SlotClockState.Acquiring;
        Condition = SlotClockCondition.TooFewTags;
    }

    /// <summary>What is known now.</summary>
    public SlotClockState State { get; private set; }

    /// <summary>Why it is not locked, or why it last was not.</summary>
    public SlotClockCondition Condition { get; private set; }

    /// <summary>How often the tags confirmed period and phase.</summary>
    public long Confirmations { get; private set; }

    /// <summary>How often the clock was lost.</summary>
    public long Losses { get; private set; }

    /// <summary>Tags without a certain slot.</summary>
    public long DiscardedTags { get; private set; }

    /// <summary>Tags that wait for a decision, or to be taken.</summary>
    public int HeldTags => held.Count - takenTags;

    /// <summary>How the recovery stands.</summary>
    public SlotClockStatus Status()
    {
        // The width of the arrivals shows in many of them only.
        arrivals.Clear();
        arrivals.Add(allC);
        arrivals.Add(allD);
        double? jitterPs = arrivals.Samples > 0 ? arrivals.Estimate().JitterPs : null;
        ArrivalEstimate? now = latest is { } last ? last with { JitterPs = jitterPs } : null;
        return new SlotClockStatus(
            State, Condition, rate * 1e6, originSlotPs - originPs, now, DelayDifferencePs(), Confirmations, Losses, DiscardedTags);
    }

    /// <summary>Slot time of a tagger time, as far as it is known; outside the session the same, shifted.</summary>
    public long SlotTimePs(long timePs) => timePs < startPs ? timePs : SlotTime(timePs);

    /// <summary>Feeds the next block; then <see cref="TryTake"/> until it yields none.</summary>
    /// <param name="block">Follows the block fed before without a gap; delays are corrected.</param>
    public void Feed(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        DropTaken();
        if (block.LostTags > 0)
        {
            Close(inputPs + 1, 0);
            Decide(final: false);
            lastTagPs = -1; // a pause is explained
        }

        int next = 0;
        while (next < block.Count || inputPs < block.WatermarkPs)
        {
            ReadOnlySpan<long> rest = block.TimesPs.AsSpan(next, block.Count - next);
            long endPs = block.LostTags > 0 ? block.WatermarkPs + 1 : OpenEndPs(rest, block.WatermarkPs);
            int count = CountBefore(rest, Math.Min(endPs, block.WatermarkPs + 1));
            Append(rest[..count], block.Channels.AsSpan(next, count));
            next += count;
            inputPs = Math.Min(endPs - 1, block.WatermarkPs);
            if (inputPs == endPs - 1)
            {
                Close(endPs, block.LostTags);
                Decide(final: false);
            }
        }

        lastTagPs = block.LostTags > 0 ? -1 : lastTagPs;
    }

    /// <summary>Decides about all that is held, at the end of the input or of the session.</summary>
    public void Complete()
    {
        DropTaken();
        Close(inputPs + 1, 0);
        Decide(final: true);
    }

    /// <summary>Takes the next decided stretch, in slot time.</summary>
    /// <param name="output">Overwritten.</param>
    /// <returns>False if there is none; the block is then void.</returns>
    public bool TryTake(TimeTagBlock output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Clear();
        int first = taken;
        while (taken < decided)
        {
            // A stretch with a loss stands alone, so that it makes no other slots void.
            HeldStretch next = stretches[taken];
            if (taken > first && (next.LostTags > 0 || output.LostTags > 0 || output.Count + next.Count > TagFrame.TagsMax))
            {
                break;
            }

            output.EnsureCapacity(output.Count + next.Count);
            held.TimesPs.AsSpan(takenTags, next.Count).CopyTo(output.TimesPs.AsSpan(output.Count));
            held.Channels.AsSpan(takenTags, next.Count).CopyTo(output.Channels.AsSpan(output.Count));
            output.Count += next.Count;
            output.LostTags = next.LostTags;
            output.WatermarkPs = next.EndPs - 1;
            takenTags += next.Count;
            taken++;
        }

        return taken > first;
    }

    private bool InSession => openFromPs >= startPs && SlotTime(openFromPs) < slotEndPs;

    private void DropTaken()
    {
        if (taken == 0)
        {
            return;
        }

        held.TimesPs.AsSpan(takenTags, held.Count - takenTags).CopyTo(held.TimesPs);
        held.Channels.AsSpan(takenTags, held.Count - takenTags).CopyTo(held.Channels);
        held.Count -= takenTags;
        openFirst -= takenTags;
        decidedTags -= takenTags;
        stretches.RemoveRange(0, taken);
        decided -= taken;
        takenTags = taken = 0;
    }

    private long SlotTime(long timePs) => originSlotPs + (timePs - originPs) + (long)Math.Round((timePs - originPs) * rate);

    // Outside the session a stretch ends with the block; inside after a step, or after as many steps as nothing clicks in.
    private long OpenEndPs(ReadOnlySpan<long> rest, long watermarkPs)
    {
        if (!InSession)
        {
            return openFromPs < startPs ? Math.Min(startPs, watermarkPs + 1) : watermarkPs + 1;
        }

        long steps = (openFromPs - startPs) / StepPs;
        long nextPs = rest.IsEmpty ? watermarkPs + 1 : rest[0];
        long quiet = held.Count == openFirst ? (nextPs - startPs) / StepPs : steps;
        long lastPs = openFromPs + (long)Math.Ceiling((slotEndPs - SlotTime(openFromPs)) / (1 + rate)) + 1;
        return Math.Min(startPs + ((Math.Max(steps, quiet - 1) + 1) * StepPs), lastPs);
    }

    private static int CountBefore(ReadOnlySpan<long> timesPs, long endPs)
    {
        if (timesPs.IsEmpty || timesPs[^1] < endPs)
        {
            return timesPs.Length;
        }

        int low = 0;
        int high = timesPs.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = timesPs[middle] < endPs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Append(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels)
    {
        if (timesPs.IsEmpty)
        {
            return;
        }

        bool inSession = InSession;
        if (inSession && State == SlotClockState.Lost)
        {
            Discard(timesPs.Length);
            return;
        }

        held.EnsureCapacity(held.Count + timesPs.Length);
        timesPs.CopyTo(held.TimesPs.AsSpan(held.Count));
        channels.CopyTo(held.Channels.AsSpan(held.Count));
        held.Count += timesPs.Length;
        if (!inSession)
        {
            return;
        }

        if (HasGap(timesPs))
        {
            Lose(SlotClockCondition.UnexplainedGap);
        }
        else if (held.Count - decidedTags > HeldTagsMax)
        {
            Lose(SlotClockCondition.TooManyTags);
        }
        else if (State != SlotClockState.Acquiring)
        {
            Sample(timesPs, channels);
        }

        lastTagPs = timesPs[^1];
    }

    private void Discard(long tags)
    {
        DiscardedTags += tags;
        openDiscarded += tags;
    }

    private bool HasGap(ReadOnlySpan<long> timesPs)
    {
        if (meanDistancePs <= 0)
        {
            return false;
        }

        double limitPs = GapDistances * meanDistancePs;
        bool found = lastTagPs >= 0 && timesPs[0] - lastTagPs > limitPs;
        for (int i = 0; i + 1 < timesPs.Length; i += GapStride)
        {
            int to = Math.Min(i + GapStride, timesPs.Length - 1);
            if (timesPs[to] - timesPs[i] > limitPs)
            {
                for (int k = i + 1; k <= to; k++)
                {
                    found |= timesPs[k] - timesPs[k - 1] > limitPs;
                }
            }
        }

        return found;
    }

    private void Sample(ReadOnlySpan<long> timesPs, ReadOnlySpan<byte> channels)
    {
        long period = settings.Timing.SlotPeriodPs;
        long first = ((index + stride - 1) / stride * stride) - index;
        index += timesPs.Length;
        for (long i = first; i < timesPs.Length; i += stride)
        {
            long inSlotPs = (SlotTime(timesPs[(int)i]) - startPs) % period;
            inSlotPs += inSlotPs < 0 ? period : 0;
            if (channels[(int)i] == settings.ChannelC)
            {
                arrivalsC.Add(inSlotPs);
            }
            else if (channels[(int)i] == settings.ChannelD)
            {
                arrivalsD.Add(inSlotPs);
            }
        }
    }

    // Ends the open stretch.
    private void Close(long endPs, long lostTags)
    {
        if (endPs <= openFromPs)
        {
            return;
        }

        int count = held.Count - openFirst;
        stretches.Add(new HeldStretch(openFromPs, endPs, count, lostTags + openDiscarded));
        if (endPs - openFromPs == StepPs)
        {
            stride = Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((uint)(count / SamplesPerStep) + 1) / 2);
        }

        bool inSession = InSession;
        openFromPs = endPs;
        openFirst = held.Count;
        openDiscarded = 0;
        if (!inSession)
        {
            // Nothing is held when a session begins or has ended: slot time goes on as it is.
            evidenceFromPs = confirmedPs = Math.Max(endPs, startPs);
            ReleaseAsShifted();
        }
    }

    private void Decide(bool final)
    {
        if (decided == stretches.Count)
        {
            return;
        }

        final |= !InSession;
        if (State == SlotClockState.Lost)
        {
            Release(SlotTime(openFromPs));
        }
        else if (State == SlotClockState.Acquiring)
        {
            Acquire(final);
        }
        else
        {
            Confirm(final);
        }
    }

    private void Acquire(bool final)
    {
        bool enough = held.Count - decidedTags >= SearchTagsMin;
        if (!final && !enough && openFromPs - originPs < HoldPsMax)
        {
            return;
        }

        if (openFromPs >= retryPs && TrySearch() && arrivals.Significance() >= SignificanceMin)
        {
            Lock(arrivals.Estimate());
            return;
        }

        Condition = enough ? SlotClockCondition.NoPeriodicity
            : Condition == SlotClockCondition.NoPeriodicity ? Condition
            : SlotClockCondition.TooFewTags;
        if (openFromPs >= retryPs)
        {
            retryPs = openFromPs + retryWaitPs;
            retryWaitPs = Math.Min(2 * retryWaitPs, HoldPsMax);
        }

        Void();
    }

    private void Confirm(bool final)
    {
        if (gainSteps == 0 && held.Count - decidedTags < SearchTagsMin && !final && openFromPs - originPs < HoldPsMax)
        {
            return;
        }

        // A period that is some ppm off blurs the phase within a step: the first time it is searched, though it may be nominal.
        bool found = gainSteps == 0 && TrySearch();
        Gather();
        long samples = arrivals.Samples;
        bool searched = found || gainSteps > 0 || held.Count - decidedTags < SlotClockSearch.TagsMin;
        bool decidable = searched && samples >= SamplesMin && arrivals.Significance() >= SignificanceMin;
        if (decidable && Fits(arrivals.Estimate()))
        {
            Lock(arrivals.Estimate());
        }
        else if (decidable || samples >= SamplesUndecidedMax || (final && samples >= SamplesPerStep))
        {
            Lose(decidable ? SlotClockCondition.PhaseStep : SlotClockCondition.NoPeriodicity);
        }
        else if (final)
        {
            Release(SlotTime(openFromPs));
        }
        else if (openFromPs - originPs >= HoldPsMax)
        {
            Coast();
        }
    }

    private bool Fits(ArrivalEstimate estimate) => Math.Abs(estimate.PhaseErrorPs) <= arrivals.AmbiguityPs / 4;

    // Too few tags to decide, for long: what is held leaves on trust.
    private void Coast()
    {
        if (openFromPs - confirmedPs > HoldoverPsMax)
        {
            Lose(SlotClockCondition.TooFewTags);
            return;
        }

        State = State == SlotClockState.Locked ? SlotClockState.Holdover : State;
        Condition = SlotClockCondition.TooFewTags;
        Release(SlotTime(openFromPs));
    }

    private void Gather()
    {
        arrivals.Clear();
        arrivals.Add(arrivalsC);
        arrivals.Add(arrivalsD);
    }

    private void ClearEvidence()
    {
        arrivalsC.Clear();
        arrivalsD.Clear();
        evidenceFromPs = openFromPs;
    }

    /// <summary>Looks for period and phase in the tags held; on success slot time runs at that rate, and these tags are the evidence.</summary>
    private bool TrySearch()
    {
        long[] timesPs = new long[SearchTagsMax];
        int count = 0;
        for (int i = decidedTags; i < held.Count && count < SearchTagsMax; i++)
        {
            if (held.Channels[i] == settings.ChannelC || held.Channels[i] == settings.ChannelD)
            {
                timesPs[count++] = held.TimesPs[i];
            }
        }

        if (count < SlotClockSearch.TagsMin
            || !SlotClockSearch.TryFind(timesPs.AsSpan(0, count), settings.Timing, arrivals.Harmonic, settings.RangePpm, out double found))
        {
            return false;
        }

        rate = found;
        gainSteps = 0;
        ClearEvidence();
        evidenceFromPs = originPs;
        Sample(held.TimesPs.AsSpan(decidedTags, held.Count - decidedTags), held.Channels.AsSpan(decidedTags));
        Gather();
        return true;
    }

    private void Lock(ArrivalEstimate estimate)
    {
        long spanPs = openFromPs - evidenceFromPs;
        double endSlotPs = SlotTime(openFromPs);
        double distancePs = (double)(openFromPs - originPs) / Math.Max(1, held.Count - decidedTags);
        if (gainSteps == 0)
        {
            // The first time all that is held is shifted: there is no phase before it that it would have to join.
            originSlotPs -= (long)Math.Round(estimate.PhaseErrorPs);
            endSlotPs = SlotTime(openFromPs);
            meanDistancePs = distancePs;
        }
        else
        {
            double gain = Math.Max(PhaseGainMin, 1.0 / (gainSteps + 1));
            endSlotPs -= gain * estimate.PhaseErrorPs;
            rate -= gain * gain / 2 * estimate.PhaseErrorPs / spanPs;
            meanDistancePs = (meanDistancePs + distancePs) / 2;
        }

        if (Math.Abs(rate) > settings.RangePpm * 1e-6)
        {
            rate = 0;
            Lose(SlotClockCondition.PeriodOutOfRange);
            return;
        }

        gainSteps++;
        Confirmations++;
        State = SlotClockState.Locked;
        Condition = SlotClockCondition.None;
        latest = estimate;
        confirmedPs = openFromPs;
        retryWaitPs = StepPs;
        allC.Add(arrivalsC);
        allD.Add(arrivalsD);
        ClearEvidence();
        Release((long)Math.Round(endSlotPs));
    }

    private void Lose(SlotClockCondition condition)
    {
        Losses++;
        Condition = condition;
        State = settings.Renumbers ? SlotClockState.Acquiring : SlotClockState.Lost;
        gainSteps = 0;
        meanDistancePs = 0;
        Void();
    }

    /// <summary>Discards the tags that are not decided.</summary>
    private void Void()
    {
        for (int i = decided; i < stretches.Count; i++)
        {
            HeldStretch stretch = stretches[i];
            DiscardedTags += stretch.Count;
            stretches[i] = stretch with { Count = 0, LostTags = stretch.LostTags + stretch.Count };
        }

        Discard(held.Count - openFirst);
        held.Count = openFirst = decidedTags;
        ClearEvidence();
        if (decided < stretches.Count)
        {
            Release(SlotTime(openFromPs));
        }
    }

    /// <summary>Lets all closed stretches go, mapped by the line from the origin to a slot time at their end.</summary>
    private void Release(long endSlotPs)
    {
        long slope = SlotTimeMap.Slope(openFromPs - originPs, endSlotPs - originSlotPs);
        int first = decidedTags;
        Span<long> timesPs = held.TimesPs.AsSpan(first, openFirst - first);
        SlotTimeMap.Map(timesPs, originPs, slope, originSlotPs, accelerated);
        for (int i = 0; i < timesPs.Length && timesPs[i] <= outputPs; i++)
        {
            timesPs[i] = outputPs + 1;
        }

        for (; decided < stretches.Count; decided++)
        {
            HeldStretch stretch = stretches[decided];
            outputPs = Math.Max(outputPs, SlotTimeMap.MapOne(stretch.EndPs, originPs, slope, originSlotPs) - 1);
            stretches[decided] = stretch with { EndPs = outputPs + 1 };
        }

        decidedTags = openFirst;
        originPs = openFromPs;
        originSlotPs = endSlotPs;
    }

    private void ReleaseAsShifted()
    {
        originSlotPs += stretches[^1].FromPs - originPs;
        originPs = stretches[^1].FromPs;
        Release(originSlotPs + openFromPs - originPs);
    }

    private double? DelayDifferencePs()
    {
        if (allC.Samples < SamplesPerStep || allD.Samples < SamplesPerStep)
        {
            return null;
        }

        double difference = allD.Estimate().PhaseErrorPs - allC.Estimate().PhaseErrorPs;
        return difference - (Math.Round(difference / arrivals.AmbiguityPs) * arrivals.AmbiguityPs);
    }
}
