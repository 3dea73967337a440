using MdiQkd.Acquisition;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Feedback of one session: from the pilots it finds how the two users' light is off in time, polarisation and frequency,
/// and asks their actuators to correct it, first in steps until the light is aligned, then for as long as the session lasts.
/// </summary>
/// <remarks>
/// Design: synchronous and driven by tags and reports alone. An interval begins when both nodes have reported that light with
/// the wanted settings arrives, so that no latency, however long, mixes old light with new. Everything in it is public: pilots, and
/// the hub's own detections. Trade-off: one interval after the other leaves the time of a round trip unused; a drift of 10 MHz/s
/// allows about 5 s.
/// </remarks>
public sealed class ControlPlane
{
    // Lost lock means more than noise.
    private const double OffsetLostPs = 120;
    private const int MissesMax = 4;

    // Phase of the first lock wants an average over more than one interval.
    private const double FirstPhaseSigma = 0.3;
    private const int IntervalsMax = 8;

    // After so many intervals of the scan, half to each side, the likeliest period is taken: weak light would not tell in minutes.
    private const int ScanIntervalsMax = 4 * IntervalsMax;

    // A node that has not answered after so many intervals will not.
    private const int AnswerIntervals = 20;

    private const double PsToS = 1e-12;

    private readonly PilotTally? tally;
    private readonly PilotCoincidences firstPhase = new();
    private readonly VisibilityScan scan = new();
    private readonly VisibilityMonitor visibility;
    private readonly LaserWatch lasers;
    private readonly FeedbackSettings? feedback;
    private readonly FrequencyController frequency;
    private readonly Queue<Adjustment> outgoing = [];
    private readonly long startPs;
    private readonly long? alignedBeforePs;
    private readonly long intervalPs;
    private long intervalEndPs;
    private long limitFromPs;
    private long askedPs;
    private long number;
    private int phaseMiss;
    private int firstPhaseIntervals;
    private int darkIntervals;
    private bool measuring;
    private bool begun;
    private bool above;
    private bool faulted;
    private double latencyS;

    /// <summary>Begins a session.</summary>
    /// <param name="settings">The measurement.</param>
    /// <param name="feedback">Settings; null measures only and moves nothing.</param>
    /// <param name="startPs">Start of slot 0.</param>
    /// <param name="slots">Slots of the session.</param>
    /// <param name="alignedBeforePs">When this pair was last aligned, or null.</param>
    public ControlPlane(BsmSettings settings, FeedbackSettings? feedback, long startPs, long slots, long? alignedBeforePs = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (feedback?.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(feedback));
        }

        tally = settings.Pilots is { Length: > 0 } ? new PilotTally(settings, startPs, slots) : null;
        this.feedback = tally is null ? null : feedback;
        this.startPs = startPs;
        this.alignedBeforePs = alignedBeforePs;
        frequency = new FrequencyController(settings.Timing.BinSpacingPs, feedback?.PulseFwhmPs ?? 200);
        lasers = new LaserWatch(settings.Timing.BinSpacingPs);
        visibility = new VisibilityMonitor(frequency.PeriodLoss);
        intervalPs = (feedback?.IntervalMs ?? 1000) * 1_000_000_000L;
        intervalEndPs = startPs + intervalPs;
        limitFromPs = startPs;
        number = startPs; // so that no answer to an earlier session's adjustment passes for one of this
        Condition = this.feedback is null ? AlignmentCondition.Off : AlignmentCondition.Aligning;
    }

    /// <summary>User A's timing and polarisation.</summary>
    public UserController A { get; } = new();

    /// <summary>User B's.</summary>
    public UserController B { get; } = new();

    /// <summary>What is measured now.</summary>
    public ControlStep Step { get; private set; }

    /// <summary>How it stands.</summary>
    public AlignmentCondition Condition { get; private set; }

    /// <summary>One line about the condition; empty if there is nothing to say.</summary>
    public string Detail { get; private set; } = string.Empty;

    /// <summary>Whether the light is aligned, as far as is known: always without feedback.</summary>
    public bool IsAligned => Condition is AlignmentCondition.Off or AlignmentCondition.Aligned;

    /// <summary>When the light was last known to be aligned; null before.</summary>
    public long? AlignedPs { get; private set; }

    /// <summary>Visibility over the last intervals, if there is an estimate.</summary>
    public VisibilityEstimate? Visibility => visibility.Estimate;

    /// <summary>Last phase between the bins.</summary>
    public PhaseEstimate? Phase { get; private set; }

    /// <summary>A node's report on its actuators.</summary>
    /// <param name="isA">Whether it is A's.</param>
    /// <param name="answered">Number of the last adjustment that the node took or refused.</param>
    /// <param name="setting">Where the actuators stand.</param>
    /// <param name="sincePs">Tagger time from which light has this setting.</param>
    public void OnReport(bool isA, long answered, LightAlignment setting, long sincePs) =>
        (isA ? A : B).OnReport(answered, setting, sincePs);

    /// <summary>The next adjustment to send, if there is one.</summary>
    public bool TryTake(out Adjustment? adjustment) => outgoing.TryDequeue(out adjustment);

    /// <summary>Feeds the next block of tags.</summary>
    public void Add(TimeTagBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (tally is null || block.WatermarkPs < startPs)
        {
            return;
        }

        tally.Add(block);
        if (feedback is null)
        {
            if (tally.ReachedPs >= intervalEndPs)
            {
                visibility.Add(tally.Interval.Both);
                Next(tally.ReachedPs);
            }

            return;
        }

        if (!begun)
        {
            begun = true;
            A.Restart();
            B.Restart();
            Ask();
        }
        else if (!measuring)
        {
            Await(block.WatermarkPs);
        }
        else if (tally.ReachedPs >= intervalEndPs)
        {
            measuring = false;
            Evaluate((intervalEndPs - startPs - (intervalPs / 2)) * PsToS);
            Report();
            Ask();
        }
    }

    private double SetDifferenceKHz => B.Setting.FrequencyKHz - A.Setting.FrequencyKHz;

    private void Next(long fromPs)
    {
        tally!.Begin(fromPs);
        intervalEndPs = fromPs + intervalPs;
    }

    private void Await(long watermarkPs)
    {
        if (A.Number == number && B.Number == number)
        {
            measuring = true;
            latencyS = Math.Max(0, (Math.Max(A.SincePs, B.SincePs) - askedPs) * PsToS);
            Next(Math.Max(Math.Max(A.SincePs, B.SincePs), tally!.ReachedPs));
        }
        else if (watermarkPs - askedPs > AnswerIntervals * intervalPs)
        {
            Condition = AlignmentCondition.NoAnswer;
            Detail = $"{(A.Number == number ? "B" : "A")} does not report on its actuators";
            Ask();
        }
    }

    private void Evaluate(double timeS)
    {
        PilotInterval interval = tally!.Interval;
        A.Measure(interval.A, timeS);
        B.Measure(interval.B, timeS);
        switch (Step)
        {
            case ControlStep.Arrival when IsRemembered():
                darkIntervals = A.Peak is null || B.Peak is null ? darkIntervals + 1 : 0;
                Step = darkIntervals == 0 ? ControlStep.Phase : Step;
                break;
            case ControlStep.Arrival or ControlStep.PolarisationAbove or ControlStep.PolarisationBelow:
                A.Polarisation.Search((int)Step, A.Peak);
                B.Polarisation.Search((int)Step, B.Peak);
                bool light = A.Polarisation.HasLight && B.Polarisation.HasLight;
                Step = Step < ControlStep.PolarisationBelow ? Step + 1 : light ? ControlStep.Phase : ControlStep.Arrival;
                darkIntervals = light ? 0 : darkIntervals + 1;
                break;
            case ControlStep.Phase:
                FindPhase(interval, timeS);
                break;
            case ControlStep.ScanAbove or ControlStep.ScanBelow:
                Scan(interval, timeS);
                break;
            default:
                Track(interval, timeS);
                break;
        }

        Judge();
    }

    // A light that cannot be moved in time or polarisation is looked for until it can; a laser that stays behind does not keep the other
    // one from following it.
    private void Judge()
    {
        bool was = faulted;
        string? fault = A.Fault() is { } a ? $"A: {a}" : B.Fault() is { } b ? $"B: {b}" : LasersFault();
        faulted = fault is not null;
        if (fault is not null)
        {
            Condition = A.Refuses || B.Refuses ? AlignmentCondition.NoAnswer : AlignmentCondition.ActuatorStuck;
            Detail = A.Refuses || B.Refuses ? $"{(A.Refuses ? "A" : "B")} refuses adjustments" : fault;
            bool unlit = A.Delay.IsStuck || B.Delay.IsStuck || ((A.Polarisation.IsStuck || B.Polarisation.IsStuck) && Step >= ControlStep.Phase);
            Step = unlit ? ControlStep.Arrival : Step;
        }
        else if (was)
        {
            limitFromPs = intervalEndPs;
            Restart(AlignmentCondition.Aligning, "the actuators follow again");
        }
    }

    private string? LasersFault() => lasers.Fault switch
    {
        LaserFault.None => null,
        LaserFault.Both => "neither laser follows its setting",
        var user => $"{user}: the laser does not follow its setting",
    };

    // Lasers that cannot have drifted by more than a third of a period since then lock to the same period again.
    private bool IsRemembered() => alignedBeforePs is { } before && AlignedPs is null
        && (startPs - before) * PsToS * 2 * feedback!.FrequencyDriftKHzPerS < frequency.ScanKHz / 9;

    private void FindPhase(PilotInterval interval, double timeS)
    {
        lasers.Measure(interval.Both.TryEstimatePhase(out PhaseEstimate? now) ? now : null, A.Setting, B.Setting, isCorrected: false);
        firstPhase.Add(interval.Both);
        firstPhaseIntervals++;
        if (firstPhase.TryEstimatePhase(out PhaseEstimate? estimate)
            && (estimate!.PhaseErrorRad < FirstPhaseSigma || firstPhaseIntervals >= IntervalsMax))
        {
            Phase = estimate;
            frequency.Lock(estimate, SetDifferenceKHz, timeS);
            Step = IsRemembered() ? ControlStep.Tracking : ControlStep.ScanAbove;
            StartSums();
        }
        else if (firstPhaseIntervals >= 2 * IntervalsMax)
        {
            Restart(AlignmentCondition.NoInterference, "the pilots show no two-photon interference");
        }
    }

    private void Scan(PilotInterval interval, double timeS)
    {
        // The scan goes by whole periods of the phase, so that the drift is followed meanwhile.
        MeasurePhase(interval, timeS);

        // The sides take turns, so that slow changes of light and overlap are the same in both.
        scan.Add(Step == ControlStep.ScanAbove, interval.Both);
        bool ends = scan.Intervals >= ScanIntervalsMax;
        if (lasers.Fault != LaserFault.None)
        {
            Step = ControlStep.Tracking;
            StartSums();
        }
        else if (Step == ControlStep.ScanAbove)
        {
            Step = ControlStep.ScanBelow;
        }
        else if (scan.TryEnd(frequency, ends))
        {
            Step = ControlStep.Tracking;
            StartSums();
        }
        else if (ends)
        {
            Restart(AlignmentCondition.NoInterference, "the visibility scan shows no two-photon interference");
        }
        else
        {
            Step = ControlStep.ScanAbove;
        }
    }

    private void Track(PilotInterval interval, double timeS)
    {
        A.Polarisation.Dither(above, A.Peak);
        B.Polarisation.Dither(above, B.Peak);
        above = !above;
        darkIntervals = A.Peak is null || B.Peak is null ? darkIntervals + 1 : 0;
        visibility.Add(interval.Both);
        phaseMiss = MeasurePhase(interval, timeS) ? 0 : phaseMiss + 1;
        double worstPs = Math.Max(Math.Abs(A.Peak?.OffsetPs ?? 0), Math.Abs(B.Peak?.OffsetPs ?? 0));
        if (darkIntervals >= MissesMax)
        {
            Restart(AlignmentCondition.NoLight, $"no pilot light from {(A.Peak is null ? "A" : "B")}");
        }
        else if (phaseMiss >= 2 * IntervalsMax)
        {
            Restart(AlignmentCondition.Aligning, "the phase between the bins was lost");
        }
        else if (worstPs > OffsetLostPs)
        {
            Restart(AlignmentCondition.Aligning, $"arrivals are off by {worstPs:0} ps");
        }
        else if (A.Polarisation.HasFaded || B.Polarisation.HasFaded)
        {
            Restart(AlignmentCondition.Aligning, $"the light of {(A.Polarisation.HasFaded ? "A" : "B")} has faded");
        }
        else if (lasers.Fault == LaserFault.None && LockFault() is var (condition, detail, step))
        {
            Condition = condition;
            Detail = detail;
            Step = step;
            StartSums();
        }
        else if (A.Delay.IsAligned && B.Delay.IsAligned && darkIntervals == 0 && phaseMiss == 0 && Math.Abs(Phase?.PhaseRad ?? Math.PI) < 1)
        {
            Condition = AlignmentCondition.Aligned;
            Detail = string.Empty;
            AlignedPs = limitFromPs = tally!.ReachedPs;
        }
    }

    private bool MeasurePhase(PilotInterval interval, double timeS)
    {
        bool known = interval.Both.TryEstimatePhase(out PhaseEstimate? estimate);
        lasers.Measure(known ? estimate : null, A.Setting, B.Setting, isCorrected: true);
        if (known && lasers.Fault != LaserFault.Both)
        {
            frequency.Measure(lasers.WithoutProbe(estimate!, A.Setting, B.Setting), SetDifferenceKHz, timeS);
        }

        Phase = known ? estimate : Phase;
        return known;
    }

    // Why the lasers may be locked to another period than they were.
    private (AlignmentCondition Condition, string Detail, ControlStep Step)? LockFault()
    {
        if (frequency.JumpKHz != 0)
        {
            return (AlignmentCondition.Aligning, $"a laser jumped, by {frequency.JumpKHz / 1000:0} MHz or whole periods more", ControlStep.Phase);
        }

        if (visibility.HasFallen)
        {
            return (AlignmentCondition.Aligning, "the visibility has fallen", ControlStep.ScanAbove);
        }

        return A.Peak is { } a && B.Peak is { } b && visibility.TooLowOverlap(a.RatePerSlot, b.RatePerSlot) is { } overlap
            ? (AlignmentCondition.NoInterference, $"two-photon overlap of {overlap:0.00}", ControlStep.ScanAbove)
            : null;
    }

    private void StartSums()
    {
        firstPhase.Clear();
        firstPhaseIntervals = 0;
        scan.Clear();
        visibility.Restart();
    }

    private void Restart(AlignmentCondition condition, string detail)
    {
        Condition = condition;
        Detail = detail;
        Step = ControlStep.Arrival;
        phaseMiss = darkIntervals = 0;
        A.Restart();
        B.Restart();
        frequency.Restart();
        lasers.Interrupt();
        StartSums();
    }

    private void Report()
    {
        if (Step < ControlStep.Phase && darkIntervals > 2)
        {
            Condition = AlignmentCondition.NoLight;
            Detail = $"no pilot light from {(A.Polarisation.HasLight || A.Peak is not null ? "B" : "A")}";
        }
        else if (!IsAligned && Condition == AlignmentCondition.Aligning
            && intervalEndPs - limitFromPs > feedback!.LimitMs * 1_000_000_000L)
        {
            Condition = AlignmentCondition.NotConverged;
            Detail = $"not aligned after {feedback.LimitMs / 1000} s, in step {Step}";
        }
    }

    // Settings for the next interval, at its middle as far as it can be foreseen.
    private void Ask()
    {
        number++;
        askedPs = Math.Max(startPs, tally!.ReachedPs);
        double aheadS = ((askedPs - startPs + (intervalPs / 2)) * PsToS) + latencyS;
        double differenceKHz = lasers.DifferenceKHz(frequency.DifferenceAt(aheadS, SetDifferenceKHz))
            + (Step switch { ControlStep.ScanAbove => frequency.ScanKHz, ControlStep.ScanBelow => -frequency.ScanKHz, _ => 0 });
        double commonKHz = Step >= ControlStep.Phase ? lasers.CommonKHz
            : Step == ControlStep.Arrival ? (A.Setting.FrequencyKHz + B.Setting.FrequencyKHz) / 2.0
            : 0;
        Ask(true, A, commonKHz - (differenceKHz / 2), aheadS);
        Ask(false, B, commonKHz + (differenceKHz / 2), aheadS);
    }

    private void Ask(bool isA, UserController user, double frequencyKHz, double aheadS)
    {
        int polarisation = Step == ControlStep.Tracking ? user.Polarisation.DitherSetting(above)
            : Step < ControlStep.Phase && !IsRemembered() ? user.Polarisation.SearchSetting((int)Step)
            : user.Polarisation.SearchSetting(0);
        var wanted = new LightAlignment((int)Math.Round(user.Delay.At(aheadS, user.Setting.DelayPs)), (int)Math.Round(frequencyKHz), polarisation);
        if (wanted.Fault() is { } fault)
        {
            Condition = AlignmentCondition.OutOfRange;
            Detail = $"{(isA ? "A" : "B")}: {fault}";
            wanted = new LightAlignment(
                Math.Clamp(wanted.DelayPs, -LightAlignment.DelayPsMax, LightAlignment.DelayPsMax),
                Math.Clamp(wanted.FrequencyKHz, -LightAlignment.FrequencyKHzMax, LightAlignment.FrequencyKHzMax),
                polarisation);
        }

        user.Ask(wanted);
        outgoing.Enqueue(new Adjustment(isA, number, wanted));
    }
}
