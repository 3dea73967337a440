using MdiQkd.Acquisition;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Feedback;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.Tests.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

/// <summary>
/// The hub's control plane against the simulated world, over the real encoder and tag connections: light that is off and drifts at
/// the rates of physics 5.1 is aligned within 30 simulated seconds and held.
/// </summary>
public sealed class FeedbackTests
{
    private const double Overlap = 0.99; // of the station itself: M >= 0.97 leaves 2 % to the feedback
    private const double LimitS = 30;
    private const long StepSlots = 50_000_000; // a chunk, a quarter of a simulated second
    private const long StepEndPs = 1_000_000; // the last tags of a chunk may be so long before its end

    private static readonly PilotPattern Pilots = new(512, 2);

    private static readonly string[] Users = ["inta-1", "inta-2"];

    // 2 ns, 200 MHz between the lasers, 60 degrees; at full speed both lasers drift by 5 MHz/s and the fibres by 10 ps/s.
    private static readonly DriftSettings FarOff = new(2000, 10, 100, 5, 60, 0.02, 300);

    /// <remarks>
    /// Seeds 9 and 61 ended one period of the phase off, +400 and −400 MHz with M = 0.945, when the visibility scan ended at a fixed
    /// precision, whether or not that told neighbouring periods apart.
    /// </remarks>
    [Theory]
    [InlineData(9, Fidelity.Coincidences, 45)]
    [InlineData(61, Fidelity.Coincidences, 45)]
    [InlineData(11, Fidelity.Coincidences, 60)]
    [InlineData(12, Fidelity.Coincidences, 45)]
    [InlineData(13, Fidelity.Coincidences, 45)]
    public async Task Light_that_is_far_off_and_drifts_is_aligned_in_time_and_held(long seed, Fidelity fidelity, int seconds)
    {
        Run run = await RunAsync(FarOff, new FeedbackSettings(), seed, fidelity, seconds);
        Assert.Equal(AlignmentCondition.Aligned, run.Control.Condition);
        Assert.InRange(run.AlignedS, 0, LimitS);
        Assert.All(run.Samples.Where(sample => sample.TimeS > LimitS), sample =>
        {
            Assert.True(sample.M >= 0.97, $"M = {sample.M:0.000} at {sample.TimeS:0.0} s");
            Assert.True(Math.Cos(sample.PhaseRad) > 0.6, $"phase {sample.PhaseRad:0.00} rad at {sample.TimeS:0.0} s");
            Assert.True(sample.Transmitted > 0.9, $"polariser {sample.Transmitted:0.00} at {sample.TimeS:0.0} s");
        });
        Assert.True(run.Samples.Where(sample => sample.TimeS > LimitS).Average(sample => Math.Cos(sample.PhaseRad)) > 0.95);
    }

    [Fact]
    public async Task Without_feedback_the_interference_is_lost()
    {
        // Aligned at the start; the lasers drift apart by a quarter of 1/T and more within the run.
        var drift = new DriftSettings(0, 5, 0, 10, 0, 0, 300);
        Run held = await RunAsync(drift, new FeedbackSettings(), 21, Fidelity.Coincidences, 45);
        Run free = await RunAsync(drift, null, 21, Fidelity.Coincidences, 45);
        Assert.Equal(AlignmentCondition.Off, free.Control.Condition);
        Assert.True(held.Control.Visibility!.XErrorRate < 0.30, $"held: {held.Control.Visibility.XErrorRate}");
        Assert.True(free.Control.Visibility!.XErrorRate > 0.40, $"free: {free.Control.Visibility.XErrorRate}");
    }

    [Fact]
    public async Task A_user_without_light_is_named()
    {
        Run run = await RunAsync(new DriftSettings(), new FeedbackSettings(LimitMs: 5000), 31, Fidelity.Coincidences, 20, lossDbB: 70);
        Assert.Equal((AlignmentCondition.NoLight, "no pilot light from B"), (run.Control.Condition, run.Control.Detail));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_named()
    {
        Run run = await RunAsync(
            new DriftSettings(), new FeedbackSettings(IntervalMs: 200), 32, Fidelity.Coincidences, 8,
            takes: adjustment => adjustment.IsA ? adjustment.Setting : null);
        Assert.Equal(AlignmentCondition.NoAnswer, run.Control.Condition);
        Assert.StartsWith("B ", run.Control.Detail, StringComparison.Ordinal);
    }

    /// <remarks>Ten intervals: five of them in vain, and the search before.</remarks>
    [Fact]
    public async Task A_node_that_answers_but_moves_nothing_is_named()
    {
        Run run = await RunAsync(
            FarOff, new FeedbackSettings(), 33, Fidelity.Coincidences, 12,
            takes: adjustment => adjustment.IsA ? LightAlignment.Rest : adjustment.Setting);
        Assert.Equal((AlignmentCondition.NoAnswer, "A refuses adjustments"), (run.Control.Condition, run.Control.Detail));
    }

    [Theory]
    [InlineData(true, "A: the laser stays at 0 kHz, asked for ")]
    [InlineData(false, "B: the laser stays at 0 kHz, asked for ")]
    public async Task An_actuator_that_is_left_where_it_is_is_named(bool ofA, string detail)
    {
        Run run = await RunAsync(
            FarOff, new FeedbackSettings(), 34, Fidelity.Coincidences, 15,
            takes: adjustment => adjustment.IsA == ofA ? adjustment.Setting with { FrequencyKHz = 0 } : adjustment.Setting);
        Assert.Equal(AlignmentCondition.ActuatorStuck, run.Control.Condition);
        Assert.StartsWith(detail, run.Control.Detail, StringComparison.Ordinal);
    }

    /// <remarks>
    /// The node reports what was asked for. A fibre drifts out of what aligned means within some 5 s at these rates, the polarisation in 20 s.
    /// </remarks>
    [Theory]
    [InlineData("inta-1", (int)Actuators.DelayLine, 25, "A: the delay line does not move the light")]
    [InlineData("inta-2", (int)Actuators.DelayLine, 25, "B: the delay line does not move the light")]
    [InlineData("inta-1", (int)Actuators.Laser, 25, "A: the laser does not follow its setting")]
    [InlineData("inta-2", (int)Actuators.Laser, 25, "B: the laser does not follow its setting")]
    [InlineData("inta-2", (int)Actuators.Polarisation, 40, "B: the polarisation controller does not turn the light")]
    public async Task An_actuator_that_sticks_is_named_until_it_works_again(string user, int actuator, int stuckS, string detail)
    {
        var drift = new DriftSettings(2000, 10, 100, 5, 60, 1.5, 600);
        Run run = await RunAsync(
            drift, new FeedbackSettings(), 41, Fidelity.Coincidences, 20 + stuckS + 45,
            events: [(20, user, light => light.Stuck = (Actuators)actuator), (20 + stuckS, user, light => light.Stuck = Actuators.None)]);
        Assert.Contains(run.Samples, sample => sample.TimeS < 20 && sample.Condition == AlignmentCondition.Aligned);
        Sample[] named = [.. run.Samples.Where(sample => sample.Condition == AlignmentCondition.ActuatorStuck)];
        Assert.All(named, sample => Assert.Equal(detail, sample.Detail));
        Assert.InRange(named[0].TimeS, 20, 20 + stuckS - 2);
        Assert.InRange(named[^1].TimeS, 20 + stuckS - 1, 20 + stuckS + 15);
        Assert.Equal(AlignmentCondition.Aligned, run.Control.Condition);
        Assert.True(run.Samples[^1].M >= 0.97, $"M = {run.Samples[^1].M:0.000}");
    }

    /// <remarks>The polarisation found no contrast: light came alike at all settings.</remarks>
    [Theory]
    [InlineData((int)Actuators.DelayLine, "A: the delay line does not move the light")]
    [InlineData((int)Actuators.Laser, "A: the laser does not follow its setting")]
    [InlineData((int)Actuators.Laser | (int)Actuators.DelayLine, "A: the delay line does not move the light")]
    [InlineData((int)Actuators.Polarisation, "A: the polarisation controller does not turn the light")]
    public async Task An_actuator_that_never_moved_is_named(int actuator, string detail)
    {
        Run run = await RunAsync(
            FarOff, new FeedbackSettings(), 42, Fidelity.Coincidences, 18,
            events: [(0, "inta-1", light => light.Stuck = (Actuators)actuator)]);
        Assert.Equal((AlignmentCondition.ActuatorStuck, detail), (run.Control.Condition, run.Control.Detail));
        Assert.DoesNotContain(run.Samples, sample => sample.Condition == AlignmentCondition.Aligned);
    }

    /// <remarks>
    /// Half a period shows in the phase at once. Two periods leave the phase alone and cost 17 % of the visibility, one 4.5 %, which takes
    /// the longer to tell from noise the less it is, here with four times as many pilots.
    /// </remarks>
    [Theory]
    [InlineData(200, 512, 2)]
    [InlineData(-200, 512, 2)]
    [InlineData(800, 512, 20)]
    [InlineData(400, 128, 40)]
    public async Task A_laser_that_jumps_is_scanned_again(double jumpMHz, int pilotPeriod, int noticedS)
    {
        const int JumpS = 40;
        Run run = await RunAsync(
            FarOff, new FeedbackSettings(), 51, Fidelity.Coincidences, JumpS + noticedS + 30, pilots: new(pilotPeriod, 2),
            events: [(JumpS, "inta-2", light => light.FrequencyJumpHz = jumpMHz * 1e6)]);
        Assert.All(
            run.Samples.Where(sample => sample.TimeS is > LimitS and < JumpS),
            sample => Assert.Equal(AlignmentCondition.Aligned, sample.Condition));
        Assert.InRange(
            run.Samples.First(sample => sample.TimeS > JumpS && sample.Condition != AlignmentCondition.Aligned).TimeS,
            JumpS, JumpS + noticedS);
        Assert.Equal(AlignmentCondition.Aligned, run.Control.Condition);
        Assert.True(run.Samples[^1].M >= 0.97, $"M = {run.Samples[^1].M:0.000}");
    }

    [Fact]
    public async Task Light_is_held_for_minutes_at_the_fastest_drift_of_lasers_and_fibres()
    {
        Run run = await RunAsync(
            new DriftSettings(2000, 10, 100, 10, 60, 0.02, 600), new FeedbackSettings(), 61, Fidelity.Coincidences, 240);
        Assert.All(run.Samples.Where(sample => sample.TimeS > LimitS), sample =>
        {
            Assert.Equal(AlignmentCondition.Aligned, sample.Condition);
            Assert.True(sample.M >= 0.97, $"M = {sample.M:0.000} at {sample.TimeS:0.0} s");
        });
    }

    private static async Task<Run> RunAsync(
        DriftSettings drift,
        FeedbackSettings? feedback,
        long seed,
        Fidelity fidelity,
        int seconds,
        double lossDbB = 11,
        Func<Adjustment, LightAlignment?>? takes = null,
        PilotPattern? pilots = null,
        params (double AtS, string User, Action<UserDrift> Do)[] events)
    {
        WorldConfiguration configuration = TestLaboratory.Configuration(fidelity) with
        {
            Detectors = new DetectorSettings(0.8, 100, 30_000, 40),
            Interference = new InterferenceSettings(Overlap, 0.003, 0.1, PulseFwhmPs: 200),
            Users = [new(Users[0], 1, 9, 0, drift), new(Users[1], 2, lossDbB, 0, drift)],
            Seed = seed,
            ChunkMs = 250,
        };
        pilots ??= Pilots;
        await using TestLaboratory lab = await TestLaboratory.StartAsync(configuration);
        long slots = seconds * 200_000_000L;
        StreamStateEncoder[] encoders = [await lab.EncoderAsync(Users[0]), await lab.EncoderAsync(Users[1])];
        UserDrift[] truth = [.. configuration.Users.Select(
            user => new UserDrift(drift, PhysicsSeed.FromNumber(seed).Generator($"drift of {user.Name}")))];
        await lab.Switch.ConnectAsync(1, 2, TestLaboratory.Limit);
        SessionLight light = lab.Light(slots, Stations.SourceA) with { Pilots = pilots };
        await encoders[0].ArmAsync(light, lab.NextKey(), TestLaboratory.Limit);
        await encoders[1].ArmAsync(
            light with { Source = Stations.SourceB, IsReference = false }, lab.NextKey(), TestLaboratory.Limit);

        var control = new ControlPlane(
            new BsmSettings(configuration.Timing, 1, 2, false, pilots), feedback, light.StartPs, slots);
        var run = new Run(control);
        TimeTagBlock block = new();

        // One report for each command, waited for: how fast this machine is must not decide which of them are seen.
        async Task ReportAsync(int i, long number)
        {
            AlignmentReport report = await encoders[i].Alignments.ReadAsync(TestLaboratory.Limit);
            truth[i].Setting = report.Setting;
            control.OnReport(i == 0, number, report.Setting, report.SincePs);
        }

        // The first ones come unasked.
        await ReportAsync(0, -1);
        await ReportAsync(1, -1);
        for (long untilSlot = StepSlots; untilSlot <= slots; untilSlot += StepSlots)
        {
            double fromS = (untilSlot - StepSlots) / 200e6;
            foreach ((_, string user, Action<UserDrift> disturb) in events.Where(each => each.AtS >= fromS && each.AtS < fromS + 0.25))
            {
                await lab.World.DisturbAsync(user, disturb, TestLaboratory.Limit);
                disturb(truth[Array.IndexOf(Users, user)]);
            }

            // Chunk by chunk, and time stands still while the actuators move: a seed gives one result, however busy the machine is.
            await encoders[0].EmitAsync(light.Session, untilSlot, TestLaboratory.Limit);
            await encoders[1].EmitAsync(light.Session, untilSlot, TestLaboratory.Limit);
            do
            {
                Assert.True(await lab.Tags.ReadAsync(block, TestLaboratory.Limit));
                control.Add(block);
            }
            while (block.WatermarkPs < light.StartPs + (untilSlot * configuration.Timing.SlotPeriodPs) - StepEndPs);

            while (control.TryTake(out Adjustment? adjustment))
            {
                int i = adjustment!.IsA ? 0 : 1;
                if ((takes is null ? adjustment.Setting : takes(adjustment)) is { } setting)
                {
                    await encoders[i].AlignAsync(setting, TestLaboratory.Limit);
                    await ReportAsync(i, adjustment.Number);
                }
            }

            double timeS = (block.WatermarkPs - light.StartPs) * 1e-12;
            if (control.Condition == AlignmentCondition.Aligned && double.IsPositiveInfinity(run.AlignedS))
            {
                run.AlignedS = timeS;
            }

            var misalignment = new Misalignment(truth[0].At(block.WatermarkPs), truth[1].At(block.WatermarkPs));
            run.Samples.Add(new(
                timeS,
                control.Condition,
                control.Detail,
                Overlap * misalignment.Overlap(200),
                misalignment.PhaseRad(configuration.Timing) + 0.1,
                Math.Min(misalignment.A.Transmitted, misalignment.B.Transmitted)));
        }

        return run;
    }

    private sealed class Run(ControlPlane control)
    {
        public ControlPlane Control { get; } = control;

        public double AlignedS { get; set; } = double.PositiveInfinity;

        public List<Sample> Samples { get; } = [];
    }

    private sealed record Sample(
        double TimeS, AlignmentCondition Condition, string Detail, double M, double PhaseRad, double Transmitted);
}
