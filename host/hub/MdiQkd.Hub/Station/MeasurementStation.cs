using MdiQkd.Acquisition;
using MdiQkd.Hub.Pair;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Clock;
using MdiQkd.Measurement.Feedback;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Measurement.Statistics;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Hub.Station;

/// <summary>
/// The Bell-state measurement station: connects one pair after the other, starts sessions, turns tags into announced events.
/// </summary>
/// <remarks>
/// Design: one loop owns switch and tagger. A session starts at a tagger time in the future, after settling and realignment;
/// both users emit so that slot 0 arrives then; the slot clock is then recovered from the tags, and if it is lost, the rest of the session is
/// void. An event is announced when the watermark is a guard beyond its slot.
/// Trade-off: round robin between pairs, whatever their need; a scheduler by key-store level would change one line here.
/// </remarks>
internal sealed class MeasurementStation(
    HubConfiguration configuration,
    ITimeTagSource tagger,
    IOpticalSwitch opticalSwitch,
    HubLoop loop,
    HubCore core,
    TimeProvider time,
    ILogger log)
{
    private const long PsPerMs = 1_000_000_000;

    /// <summary>Difference of the detectors' delays that is left alone: a sixth of a usual jitter.</summary>
    private const double DelayTolerancePs = 10;

    // A switch that sticks is tried again after a second, then ever more seldom: every attempt wears it.
    private const int RecoveryMsMin = 1000;
    private const int RecoveryMsMax = 60_000;

    private readonly TimeTagBlock tags = new();
    private readonly TimeTagBlock mergedTags = new();
    private readonly TimeTagBlock slotTags = new();
    private readonly BsmEventBuffer events = new();
    private readonly Dictionary<(string A, string B), long> alignedPs = [];
    private ChannelDelays delays = new(configuration.DelayCPs, configuration.DelayDPs);
    private (int A, int B)? connected;
    private int recoveryMs = RecoveryMsMin;

    // A read outlives the session that began it: after a cut session the tagger may stay silent until the next one.
    private Task<bool>? reading;

    /// <summary>What it does now.</summary>
    public StationState State { get; private set; }

    /// <summary>The pair that is connected, or null.</summary>
    public (string A, string B)? Pair { get; private set; }

    /// <summary>Tagger time up to which all tags are here, in ps.</summary>
    public long WatermarkPs { get; private set; }

    /// <summary>Tags that the tagger reported as lost.</summary>
    public long LostTags { get; private set; }

    /// <summary>Feedback of the current or last session; null before the first one.</summary>
    public ControlPlane? Control { get; private set; }

    /// <summary>Slot clock of the current or last session; null before the first, or if it is not recovered.</summary>
    public SlotClockStatus? SlotClock { get; private set; }

    /// <summary>Rates and conditions of the detectors in the current or last session.</summary>
    public DetectorWatch? Detectors { get; private set; }

    /// <summary>Moves that failed, and times that the switch left its position unasked.</summary>
    public long SwitchFaults { get; private set; }

    /// <summary>The last of them, for a technician; empty if there was none.</summary>
    public string LastSwitchFault { get; private set; } = "";

    /// <summary>Runs until cancelled or the tagger ends. A switch that fails is reset and tried again, for as long as it takes.</summary>
    /// <exception cref="InvalidOperationException">The tagger ended its stream.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        bool isFirst = true;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (isFirst)
                {
                    await opticalSwitch.DarkAsync(ct).ConfigureAwait(false);
                    isFirst = false;
                }

                await RunSessionAsync(ct).ConfigureAwait(false);
            }
            catch (OpticalSwitchException e)
            {
                await RecoverAsync(e.Message, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task RunSessionAsync(CancellationToken ct)
    {
        if (await loop.CallAsync(core.NextSession).ConfigureAwait(false) is not var (block, session))
        {
            await IdleAsync(ct).ConfigureAwait(false);
            return;
        }

        long startPs = await ConnectAsync(block, ct).ConfigureAwait(false);
        await loop.CallAsync(() => block.Start(session, startPs)).ConfigureAwait(false);
        State = StationState.Measuring;
        if (!await MeasureAsync(block, session, startPs, ct).ConfigureAwait(false))
        {
            throw new InvalidOperationException("the time tagger ended its stream");
        }

        if (opticalSwitch.MayHaveMoved)
        {
            // The light went off in the middle: the session ended where it was, and the next one begins with a move.
            Note($"the optical switch left {block.Plan.A} and {block.Plan.B} unasked");
            connected = null;
        }
    }

    private async Task RecoverAsync(string reason, CancellationToken ct)
    {
        Note(reason);
        State = StationState.Faulted;
        Pair = null;
        connected = null;
        await Task.Delay(TimeSpan.FromMilliseconds(recoveryMs), time, ct).ConfigureAwait(false);
        recoveryMs = Math.Min(2 * recoveryMs, RecoveryMsMax);
        try
        {
            await opticalSwitch.ResetAsync(ct).ConfigureAwait(false);
        }
        catch (OpticalSwitchException e)
        {
            // The next move fails too, and says so; until then the station stays dark.
            log.LogWarning("no reset: {Reason}", e.Message);
        }
    }

    private void Note(string switchFault)
    {
        SwitchFaults++;
        LastSwitchFault = switchFault;
        log.LogError("{SwitchFault}", switchFault);
    }

    private async Task IdleAsync(CancellationToken ct)
    {
        if (State != StationState.Dark)
        {
            await opticalSwitch.DarkAsync(ct).ConfigureAwait(false);
            State = StationState.Dark;
            Pair = null;
            connected = null;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(50), time, ct).ConfigureAwait(false);
    }

    private async Task<long> ConnectAsync(HubBlock block, CancellationToken ct)
    {
        (int A, int B) ports = (PortOf(block.Plan.A), PortOf(block.Plan.B));
        Pair = (block.Plan.A, block.Plan.B);
        if (connected == ports && !opticalSwitch.MayHaveMoved)
        {
            // Already aligned: a millisecond for the start message to reach both users.
            return WatermarkPs + PsPerMs;
        }

        State = StationState.Aligning;
        log.LogInformation("switch to {A} and {B}", block.Plan.A, block.Plan.B);
        await opticalSwitch.ConnectAsync(ports.A, ports.B, ct).ConfigureAwait(false);
        connected = ports;
        recoveryMs = RecoveryMsMin;
        return WatermarkPs + ((configuration.SettlingTimeMs + configuration.RelockTimeMs) * PsPerMs);
    }

    /// <summary>Reads tags until the session is over. False if the tagger ended.</summary>
    private async Task<bool> MeasureAsync(HubBlock block, HubSession session, long startPs, CancellationToken ct)
    {
        BlockPlan plan = block.Plan;
        BsmSettings settings = new(plan.Timing, configuration.ChannelC, configuration.ChannelD, plan.AcceptPsiPlus, plan.Pilots);
        ControlPlane control = new(
            settings,
            configuration.Feedback,
            startPs,
            plan.SlotsPerSession,
            alignedPs.TryGetValue((plan.A, plan.B), out long before) ? before : null);
        Control = control;
        SlotClockRecovery? clock = configuration.RecoverSlotClock
            ? new SlotClockRecovery(
                new SlotClockSettings(plan.Timing, configuration.ChannelC, configuration.ChannelD), startPs, plan.SlotsPerSession)
            : null;
        CalibrateDelays();
        DelayMerger merger = new(configuration.ChannelC, configuration.ChannelD, delays);
        BsmClassifier classifier = new(settings, startPs, plan.SlotsPerSession, clock is null ? delays : null);
        PilotStretches? stretches = clock is null && plan.Pilots is { Length: > 0 } pilots
            ? new PilotStretches(pilots, plan.Timing, startPs)
            : null;
        Detectors = new DetectorWatch(plan.Timing);
        events.Clear();
        long lastProgress = time.GetTimestamp();
        while (true)
        {
            reading ??= tagger.ReadAsync(tags, ct).AsTask();
            Task first = await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(100), time, ct)).ConfigureAwait(false);
            if (first == reading)
            {
                if (!await reading.ConfigureAwait(false))
                {
                    return false;
                }

                reading = null;
                lastProgress = tags.WatermarkPs > WatermarkPs ? time.GetTimestamp() : lastProgress;
                WatermarkPs = tags.WatermarkPs;
                LostTags += tags.LostTags;
                await ReportAlignmentAsync(control, plan).ConfigureAwait(false);
                if (clock is null)
                {
                    Classify(classifier, tags);
                    if (stretches is not null)
                    {
                        stretches.Pick(tags, slotTags);
                        merger.Merge(slotTags, mergedTags);
                    }

                    await AlignAsync(control, stretches is null ? tags : mergedTags, block).ConfigureAwait(false);
                }
                else
                {
                    merger.Merge(tags, mergedTags);
                    await MeasureAsync(mergedTags, clock, classifier, control, block).ConfigureAwait(false);
                }

                await AnnounceAsync(block, session, SafeSlots(plan, startPs, clock), force: false).ConfigureAwait(false);
            }

            // A cut session ends at the slot that both users still sent, once its tags are all here; at once if none counts.
            long limit = await loop.CallAsync(() => EmittedByBoth(session, plan)).ConfigureAwait(false);
            bool complete = classifier.Finished || limit <= plan.GuardSlots
                || (clock?.SlotTimePs(WatermarkPs) ?? WatermarkPs) >= startPs + (limit * plan.Timing.SlotPeriodPs);
            bool stuck = time.GetElapsedTime(lastProgress) > TimeSpan.FromMilliseconds(configuration.SessionTimeoutMs);
            bool gone = !await loop.CallAsync(() => core.IsOpen(block)).ConfigureAwait(false);
            if (complete || stuck || gone)
            {
                if (stuck)
                {
                    log.LogWarning(
                        "session {Session}: no progress for {Timeout} ms; closed where it is", session.Id, configuration.SessionTimeoutMs);
                }

                clock?.Complete();
                await TakeSlotTagsAsync(clock, classifier, control, block).ConfigureAwait(false);
                await AnnounceAsync(block, session, Math.Min(limit, plan.SlotsPerSession) - plan.GuardSlots, force: true).ConfigureAwait(false);
                await loop.CallAsync(() => block.EndMeasurement(session)).ConfigureAwait(false);
                return true;
            }
        }
    }

    private async Task ReportAlignmentAsync(ControlPlane control, BlockPlan plan)
    {
        if (configuration.Feedback is null)
        {
            return;
        }

        (AlignmentState? a, AlignmentState? b) =
            await loop.CallAsync(() => (core.AlignmentOf(plan.A), core.AlignmentOf(plan.B))).ConfigureAwait(false);
        Report(control, true, a);
        Report(control, false, b);
    }

    /// <summary>Lets the control plane look at tags on the slot grid; as long as the light is not aligned, nothing is announced.</summary>
    private async Task AlignAsync(ControlPlane control, TimeTagBlock onGrid, HubBlock block)
    {
        BlockPlan plan = block.Plan;
        AlignmentCondition before = control.Condition;
        control.Add(onGrid);
        while (control.TryTake(out Measurement.Feedback.Adjustment? adjustment))
        {
            await loop.CallAsync(() => core.Adjust(block, adjustment!)).ConfigureAwait(false);
        }

        if (!control.IsAligned)
        {
            events.Clear();
        }
        else if (control.AlignedPs is { } aligned)
        {
            alignedPs[(plan.A, plan.B)] = aligned;
        }

        if (control.Condition != before)
        {
            log.Log(
                control.Condition is AlignmentCondition.Aligned or AlignmentCondition.Aligning ? LogLevel.Information : LogLevel.Warning,
                "light of {A} and {B}: {Condition} {Detail}",
                plan.A,
                plan.B,
                control.Condition,
                control.Detail);
        }
    }

    private static void Report(ControlPlane control, bool isA, AlignmentState? state)
    {
        // A node may report what it likes; settings outside the actuators' range are no report.
        if (state is not null
            && new LightAlignment(state.DelayPs, state.FrequencyKhz, state.PolarisationMrad) is var setting && setting.Fault() is null)
        {
            control.OnReport(isA, state.Number, setting, state.SincePs);
        }
    }

    // Half of what the last session showed between the detectors is corrected, a quarter at each: the grid stays and noise averages out.
    private void CalibrateDelays()
    {
        if (SlotClock?.DelayDifferencePs is { } difference && Math.Abs(difference) > DelayTolerancePs)
        {
            long quarter = (long)Math.Round(difference / 4);
            ChannelDelays corrected = new(delays.CPs - quarter, delays.DPs + quarter);
            delays = corrected.Fault() is null ? corrected : delays;
            log.LogInformation("delays of the detectors: c {C} ps, d {D} ps", delays.CPs, delays.DPs);
        }

        SlotClock = null;
    }

    /// <summary>Brings tags onto the slot grid, and takes what they tell.</summary>
    private async Task MeasureAsync(
        TimeTagBlock merged, SlotClockRecovery clock, BsmClassifier classifier, ControlPlane control, HubBlock block)
    {
        SlotClockState before = clock.State;
        clock.Feed(merged);
        await TakeSlotTagsAsync(clock, classifier, control, block).ConfigureAwait(false);
        SlotClock = clock.Status();
        if (clock.State != before)
        {
            log.Log(
                clock.State == SlotClockState.Lost ? LogLevel.Warning : LogLevel.Information,
                "slot clock: {State} ({Condition}), {Ppm:F3} ppm off the tagger's",
                clock.State, clock.Condition, SlotClock.OffsetPpm);
        }
    }

    private async Task TakeSlotTagsAsync(SlotClockRecovery? clock, BsmClassifier classifier, ControlPlane control, HubBlock block)
    {
        while (clock?.TryTake(slotTags) == true)
        {
            Classify(classifier, slotTags);
            await AlignAsync(control, slotTags, block).ConfigureAwait(false);
        }
    }

    private void Classify(BsmClassifier classifier, TimeTagBlock block)
    {
        classifier.Classify(block, events);
        Detectors!.Update(classifier.Counters, block.WatermarkPs);
    }

    private long SafeSlots(BlockPlan plan, long startPs, SlotClockRecovery? clock) =>
        Math.Min(plan.SlotsPerSession, ((clock?.SlotTimePs(WatermarkPs) ?? WatermarkPs) - startPs) / plan.Timing.SlotPeriodPs)
        - plan.GuardSlots;

    private static long EmittedByBoth(HubSession session, BlockPlan plan) =>
        Math.Min(session.EmittedA ?? plan.SlotsPerSession, session.EmittedB ?? plan.SlotsPerSession);

    /// <summary>Announces the events below a slot; keeps the rest.</summary>
    private async Task AnnounceAsync(HubBlock block, HubSession session, long belowSlot, bool force)
    {
        int ready = events.CountBelow(belowSlot);
        if (ready == 0 || (!force && ready < TransportLimits.AnnouncementEvents))
        {
            return;
        }

        await loop.CallAsync(() => block.Announce(session, events.Slots.AsSpan(0, ready), events.Outcomes.AsSpan(0, ready)))
            .ConfigureAwait(false);
        events.RemoveFirst(ready);
        await loop.DrainAsync().ConfigureAwait(false);
    }

    private int PortOf(string node) => configuration.Users.Single(user => user.Name == node).Port;
}
