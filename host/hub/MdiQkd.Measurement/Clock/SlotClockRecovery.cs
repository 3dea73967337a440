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
    private const double PhaseGainMin = 0.2;

    private readonly SlotClockSettings settings;
    private readonly long startPs;
    private readonly long slotEndPs;
    private readonly HeldTags held = new();
    private readonly TagPauses pauses = new();
    private readonly ArrivalPhase arrivalsC;
    private readonly ArrivalPhase arrivalsD;
    private readonly ArrivalPhase arrivals;
    private readonly ArrivalPhase allC;
    private readonly ArrivalPhase allD;
    private readonly bool accelerated;

    private long inputPs = -1;  // watermark of the input

    // Slot time of t is originSlotPs + (t − originPs)·(1 + rate), until the next stretches are decided.
    private long originPs;
    private long originSlotPs;
    private double rate;

    private long evidenceFromPs;
    private long index;
    private long stride = 1;
    private long confirmedPs;
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
    public int HeldTags => held.Count;

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
        held.DropTaken();
        if (block.LostTags > 0)
        {
            Close(inputPs + 1, 0);
            Decide(final: false);
            pauses.Explain();
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

        if (block.LostTags > 0)
        {
            pauses.Explain();
        }
    }

    /// <summary>Decides about all that is held, at the end of the input or of the session.</summary>
    public void Complete()
    {
        held.DropTaken();
        Close(inputPs + 1, 0);
        Decide(final: true);
    }

    /// <summary>Takes the next decided stretch, in slot time.</summary>
    /// <param name="output">Overwritten.</param>
    /// <returns>False if there is none; the block is then void.</returns>
    public bool TryTake(TimeTagBlock output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return held.TryTake(output);
    }

    private bool InSession => held.OpenFromPs >= startPs && SlotTime(held.OpenFromPs) < slotEndPs;

    private long SlotTime(long timePs) => originSlotPs + (timePs - originPs) + (long)Math.Round((timePs - originPs) * rate);

    // Outside the session a stretch ends with the block; inside after a step, or after as many steps as nothing clicks in.
    private long OpenEndPs(ReadOnlySpan<long> rest, long watermarkPs)
    {
        if (!InSession)
        {
            return held.OpenFromPs < startPs ? Math.Min(startPs, watermarkPs + 1) : watermarkPs + 1;
        }

        long steps = (held.OpenFromPs - startPs) / StepPs;
        long nextPs = rest.IsEmpty ? watermarkPs + 1 : rest[0];
        long quiet = held.OpenIsEmpty ? (nextPs - startPs) / StepPs : steps;
        long lastPs = held.OpenFromPs + (long)Math.Ceiling((slotEndPs - SlotTime(held.OpenFromPs)) / (1 + rate)) + 1;
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

        held.Append(timesPs, channels);
        if (!inSession)
        {
            return;
        }

        if (pauses.HasGap(timesPs))
        {
            Lose(SlotClockCondition.UnexplainedGap);
        }
        else if (held.Undecided > HeldTagsMax)
        {
            Lose(SlotClockCondition.TooManyTags);
        }
        else if (State != SlotClockState.Acquiring)
        {
            Sample(timesPs, channels);
        }

        pauses.Note(timesPs[^1]);
    }

    private void Discard(long tags)
    {
        DiscardedTags += tags;
        held.Discard(tags);
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
        if (endPs <= held.OpenFromPs)
        {
            return;
        }

        bool inSession = InSession;
        bool isStep = endPs - held.OpenFromPs == StepPs;
        int count = held.Close(endPs, lostTags);
        stride = isStep ? Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((uint)(count / SamplesPerStep) + 1) / 2) : stride;
        if (!inSession)
        {
            // Nothing is held when a session begins or has ended: slot time goes on as it is.
            evidenceFromPs = confirmedPs = Math.Max(endPs, startPs);
            ReleaseAsShifted();
        }
    }

    private void Decide(bool final)
    {
        if (!held.Waits)
        {
            return;
        }

        final |= !InSession;
        if (State == SlotClockState.Lost)
        {
            Release(SlotTime(held.OpenFromPs));
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
        bool enough = held.Undecided >= SearchTagsMin;
        if (!final && !enough && held.OpenFromPs - originPs < HoldPsMax)
        {
            return;
        }

        if (held.OpenFromPs >= retryPs && TrySearch() && arrivals.Significance() >= SignificanceMin)
        {
            Lock(arrivals.Estimate());
            return;
        }

        Condition = enough ? SlotClockCondition.NoPeriodicity
            : Condition == SlotClockCondition.NoPeriodicity ? Condition
            : SlotClockCondition.TooFewTags;
        if (held.OpenFromPs >= retryPs)
        {
            retryPs = held.OpenFromPs + retryWaitPs;
            retryWaitPs = Math.Min(2 * retryWaitPs, HoldPsMax);
        }

        Void();
    }

    private void Confirm(bool final)
    {
        if (gainSteps == 0 && held.Undecided < SearchTagsMin && !final && held.OpenFromPs - originPs < HoldPsMax)
        {
            return;
        }

        // A period that is some ppm off blurs the phase within a step: the first time it is searched, though it may be nominal.
        bool found = gainSteps == 0 && TrySearch();
        Gather();
        long samples = arrivals.Samples;
        bool searched = found || gainSteps > 0 || held.Undecided < SlotClockSearch.TagsMin;
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
            Release(SlotTime(held.OpenFromPs));
        }
        else if (held.OpenFromPs - originPs >= HoldPsMax)
        {
            Coast();
        }
    }

    private bool Fits(ArrivalEstimate estimate) => Math.Abs(estimate.PhaseErrorPs) <= arrivals.AmbiguityPs / 4;

    // Too few tags to decide, for long: what is held leaves on trust.
    private void Coast()
    {
        if (held.OpenFromPs - confirmedPs > HoldoverPsMax)
        {
            Lose(SlotClockCondition.TooFewTags);
            return;
        }

        State = State == SlotClockState.Locked ? SlotClockState.Holdover : State;
        Condition = SlotClockCondition.TooFewTags;
        Release(SlotTime(held.OpenFromPs));
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
        evidenceFromPs = held.OpenFromPs;
    }

    /// <summary>Looks for period and phase in the tags held; on success slot time runs at that rate, and these tags are the evidence.</summary>
    private bool TrySearch()
    {
        long[] timesPs = new long[SearchTagsMax];
        int count = 0;
        ReadOnlySpan<long> times = held.UndecidedTimesPs;
        ReadOnlySpan<byte> channels = held.UndecidedChannels;
        for (int i = 0; i < times.Length && count < SearchTagsMax; i++)
        {
            if (channels[i] == settings.ChannelC || channels[i] == settings.ChannelD)
            {
                timesPs[count++] = times[i];
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
        Sample(times, channels);
        Gather();
        return true;
    }

    private void Lock(ArrivalEstimate estimate)
    {
        long spanPs = held.OpenFromPs - evidenceFromPs;
        double endSlotPs = SlotTime(held.OpenFromPs);
        double distancePs = (double)(held.OpenFromPs - originPs) / Math.Max(1, held.Undecided);
        if (gainSteps == 0)
        {
            // The first time all that is held is shifted: there is no phase before it that it would have to join.
            originSlotPs -= (long)Math.Round(estimate.PhaseErrorPs);
            endSlotPs = SlotTime(held.OpenFromPs);
        }
        else
        {
            double gain = Math.Max(PhaseGainMin, 1.0 / (gainSteps + 1));
            endSlotPs -= gain * estimate.PhaseErrorPs;
            rate -= gain * gain / 2 * estimate.PhaseErrorPs / spanPs;
        }

        pauses.Learn(distancePs, isFirst: gainSteps == 0);
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
        confirmedPs = held.OpenFromPs;
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
        pauses.Forget();
        Void();
    }

    /// <summary>Discards the tags that are not decided.</summary>
    private void Void()
    {
        DiscardedTags += held.Void();
        ClearEvidence();
        if (held.Waits)
        {
            Release(SlotTime(held.OpenFromPs));
        }
    }

    /// <summary>Lets all closed stretches go, mapped by the line from the origin to a slot time at their end.</summary>
    private void Release(long endSlotPs)
    {
        long slope = SlotTimeMap.Slope(held.OpenFromPs - originPs, endSlotPs - originSlotPs);
        held.Release(originPs, slope, originSlotPs, accelerated);
        originPs = held.OpenFromPs;
        originSlotPs = endSlotPs;
    }

    private void ReleaseAsShifted()
    {
        originSlotPs += held.LastFromPs - originPs;
        originPs = held.LastFromPs;
        Release(originSlotPs + held.OpenFromPs - originPs);
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
