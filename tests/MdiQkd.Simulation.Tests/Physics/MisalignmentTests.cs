using MdiQkd.Acquisition;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>What errors of time, frequency and polarisation do to simulated pilots, against theory within 4 standard deviations.</summary>
public sealed class MisalignmentTests
{
    private const double PulseFwhmPs = 200;
    private const long Slots = 24_000_000;

    private static readonly PilotPattern Pilots = new(16, 2);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(24, 0, 0.98)] // physics.md 5.1: M_t >= 0.98 needs 24 ps at 200 ps
    [InlineData(0, 2.65e8, 0.98)] // overlap alone allows about 265 MHz
    [InlineData(1000, 0, 0)]
    public void Overlap_is_that_of_Gaussian_pulses(double delayPs, double frequencyHz, double expected)
    {
        var misalignment = new Misalignment(new LightError(delayPs / 2, frequencyHz, 0), new LightError(-delayPs / 2, 0, 0));
        Assert.Equal(expected, misalignment.Overlap(PulseFwhmPs), 2.5e-3);
        Assert.Equal(2 * Math.PI * frequencyHz * 2.5e-9, misalignment.PhaseRad(Stations.Timing), 1e-9);
    }

    [Theory]
    [InlineData(true, 0, 0, 0, 100)]
    [InlineData(true, 120, 0, 0, 100)]
    [InlineData(true, 0, 6e7, 0, 1e5)]
    [InlineData(true, 0, 4e8, 35, 100)]
    [InlineData(false, 0, 0, 0, 100)]
    [InlineData(false, 120, 0, 0, 100)]
    [InlineData(false, 0, 6e7, 0, 1e5)]
    [InlineData(false, 0, 4e8, 35, 100)]
    public void Pilots_show_visibility_phase_and_arrivals(
        bool singles, double delayPs, double frequencyHz, double angleDeg, double darkRateHz)
    {
        var errors = new Misalignment(
            new LightError(delayPs / 2, frequencyHz, angleDeg * Math.PI / 180), new LightError(-delayPs / 2, 0, 0));
        StationSettings ideal = Stations.Station(0, darkRateHz) with
        {
            Interference = new InterferenceSettings(0.97, 0.003, 0.1, PulseFwhmPs: PulseFwhmPs),
        };
        StationSettings station = errors.Apply(ideal);
        UserLight a = Misalignment.Apply(Light(1, Stations.SourceA, 9, true), errors.A);
        UserLight b = Misalignment.Apply(Light(2, Stations.SourceB, 11, false), errors.B);
        PhysicsSeed seed = PhysicsSeed.FromNumber(5);
        ISessionSimulator simulator = singles
            ? new SinglesSimulator(station, a, b, 0, 0, seed)
            : new CoincidenceSimulator(station, a, b, Pilots, 0, 0, seed);
        var block = new TimeTagBlock();
        var tally = new PilotTally(new BsmSettings(Stations.Timing, 1, 2, false, Pilots), 0, Slots);
        simulator.Advance(Slots, int.MaxValue, block);
        tally.Add(block);

        double lightA = Stations.SourceA.Intensity(IntensityLabel.Z) * a.Transmittance * 0.8;
        double lightB = Stations.SourceB.Intensity(IntensityLabel.Z) * b.Transmittance * 0.8;
        double m = 0.97 * errors.Overlap(PulseFwhmPs);
        double visibility = 2 * m * lightA * lightB / Math.Pow(lightA + lightB, 2);
        double phase = Math.IEEERemainder(0.1 + errors.PhaseRad(Stations.Timing), 2 * Math.PI);

        // First order in the photon number per window (0.025 at most): g, and with it V, may be off by about that.
        Assert.True(tally.Interval.Both.TryEstimateVisibility(out VisibilityEstimate? seen));
        Near(visibility, seen!.HomVisibility, (4 * seen.HomVisibilityError) + 0.025);
        Assert.True(tally.Interval.Both.TryEstimatePhase(out PhaseEstimate? estimate));
        Near(0, Math.IEEERemainder(estimate!.PhaseRad - phase, 2 * Math.PI), (4 * estimate.PhaseErrorRad) + 0.02);

        // One pulse alone, 0.3 % of it in the wrong bin; a second click in the other detector is a second tag.
        foreach ((ArrivalOffsets arrivals, double light, double offsetPs) in
            new[] { (tally.Interval.A, lightA, delayPs / 2), (tally.Interval.B, lightB, -delayPs / 2) })
        {
            Assert.True(arrivals.TryFindPeak(out ArrivalPeak? peak));
            Near(offsetPs, peak!.OffsetPs, (4 * peak.OffsetErrorPs) + 1);
            double rate = 2 * (1 - Math.Exp(-light * 0.997 / 2));
            Near(rate, peak.RatePerSlot, (4 * Math.Sqrt(rate / arrivals.Slots)) + (0.01 * rate));
        }
    }

    private static UserLight Light(byte key, SourceSettings source, double lossDb, bool isReference) => new(
        new CounterStates(Enumerable.Repeat(key, 32).ToArray(), source, Pilots, Slots, isReference), source, lossDb);

    private static void Near(double expected, double actual, double tolerance) =>
        Assert.InRange(actual - expected, -tolerance, tolerance);
}
