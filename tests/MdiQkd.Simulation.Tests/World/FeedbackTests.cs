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
        // 2 ns, 200 MHz between the lasers, 60 degrees; at full speed both lasers drift by 5 MHz/s and the fibres by 10 ps/s.
        var drift = new DriftSettings(2000, 10, 100, 5, 60, 0.02, 300);
        Run run = await RunAsync(drift, new FeedbackSettings(), seed, fidelity, seconds);
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
            new DriftSettings(), new FeedbackSettings(IntervalMs: 200), 32, Fidelity.Coincidences, 8, answers: isA => isA);
        Assert.Equal(AlignmentCondition.NoAnswer, run.Control.Condition);
        Assert.StartsWith("B ", run.Control.Detail, StringComparison.Ordinal);
    }

    private static async Task<Run> RunAsync(
        DriftSettings drift,
        FeedbackSettings? feedback,
        long seed,
        Fidelity fidelity,
        int seconds,
        double lossDbB = 11,
        Func<bool, bool>? answers = null)
    {
        WorldConfiguration configuration = TestLaboratory.Configuration(fidelity) with
        {
            Detectors = new DetectorSettings(0.8, 100, 30_000, 40),
            Interference = new InterferenceSettings(Overlap, 0.003, 0.1, PulseFwhmPs: 200),
            Users = [new("inta-1", 1, 9, 0, drift), new("inta-2", 2, lossDbB, 0, drift)],
            Seed = seed,
            ChunkMs = 250,
        };
        await using TestLaboratory lab = await TestLaboratory.StartAsync(configuration);
        long slots = seconds * 200_000_000L;
        StreamStateEncoder[] encoders = [await lab.EncoderAsync("inta-1"), await lab.EncoderAsync("inta-2")];
        UserDrift[] truth = [.. configuration.Users.Select(
            user => new UserDrift(drift, PhysicsSeed.FromNumber(seed).Generator($"drift of {user.Name}")))];
        await lab.Switch.ConnectAsync(1, 2, TestLaboratory.Limit);
        SessionLight light = lab.Light(slots, Stations.SourceA) with { Pilots = Pilots };
        await encoders[0].ArmAsync(light, lab.NextKey(), TestLaboratory.Limit);
        await encoders[1].ArmAsync(
            light with { Source = Stations.SourceB, IsReference = false }, lab.NextKey(), TestLaboratory.Limit);

        var control = new ControlPlane(
            new BsmSettings(configuration.Timing, 1, 2, false, Pilots), feedback, light.StartPs, slots);
        var run = new Run(control);
        TimeTagBlock block = new();

        // One report for each command, waited for: how fast this machine is must not decide which of them are seen.
        async Task ReportAsync(int i, long number)
        {
            AlignmentReport report = await encoders[i].Alignments.ReadAsync(TestLaboratory.Limit);
            truth[i].Actuators = report.Setting;
            control.OnReport(i == 0, number, report.Setting, report.SincePs);
        }

        // The first ones come unasked.
        await ReportAsync(0, -1);
        await ReportAsync(1, -1);
        for (long untilSlot = StepSlots; untilSlot <= slots; untilSlot += StepSlots)
        {
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
                if (answers?.Invoke(adjustment.IsA) != false)
                {
                    await encoders[i].AlignAsync(adjustment.Setting, TestLaboratory.Limit);
                    await ReportAsync(i, adjustment.Number);
                }
            }

            double timeS = (block.WatermarkPs - light.StartPs) * 1e-12;
            if (control.Condition == AlignmentCondition.Aligned && double.IsPositiveInfinity(run.AlignedS))
            {
                run.AlignedS = timeS;
            }

            var misalignment = new Misalignment(truth[0].At(block.WatermarkPs), truth[1].At(block.WatermarkPs));
            run.Samples.Add((
                timeS,
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

        public List<(double TimeS, double M, double PhaseRad, double Transmitted)> Samples { get; } = [];
    }
}
