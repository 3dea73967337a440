using MdiQkd.Measurement.Feedback;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Feedback;

/// <summary>Which laser is named when the phase does not follow. Bins 2.5 ns apart, so that 400 MHz are a turn.</summary>
public sealed class LaserWatchTests
{
    private const double TurnKHz = 400_000;
    private const int IntervalsMax = 8;

    private readonly LaserWatch watch = new(binSpacingPs: 2500);
    private readonly Random noise = new(7);
    private double driftKHz;
    private double wantedKHz;
    private double lightA;
    private double lightB;

    [Theory]
    [InlineData(false, true, LaserFault.A)]
    [InlineData(true, false, LaserFault.B)]
    public void A_laser_that_stays_behind_is_named_until_it_follows(bool aFollows, bool bFollows, LaserFault expected)
    {
        Run(40, true, true);
        Assert.Equal(LaserFault.None, watch.Fault);
        Run(IntervalsMax, aFollows, bFollows);
        Assert.Equal(expected, watch.Fault);
        Run(100, aFollows, bFollows);
        Assert.Equal(expected, watch.Fault);
        Run(IntervalsMax, true, true);
        Assert.Equal(LaserFault.None, watch.Fault);
    }

    [Fact]
    public void Lasers_that_both_stay_behind_are_named_until_one_follows()
    {
        Run(40, true, true);
        Run(30, false, false);
        Assert.Equal(LaserFault.Both, watch.Fault);
        Run(IntervalsMax, true, false);
        Assert.NotEqual(LaserFault.Both, watch.Fault);
    }

    [Fact]
    public void Noise_and_drift_name_no_laser()
    {
        for (int i = 0; i < 5000; i++)
        {
            Run(1, true, true);
            Assert.Equal(LaserFault.None, watch.Fault);
        }
    }

    // Light with a phase known within 0.2 rad that drifts by 20 MHz per interval, and a control that goes for half of what it sees.
    private void Run(int intervals, bool aFollows, bool bFollows)
    {
        for (int i = 0; i < intervals; i++)
        {
            double differenceKHz = watch.DifferenceKHz(wantedKHz);
            LightAlignment a = Setting(watch.CommonKHz - (differenceKHz / 2));
            LightAlignment b = Setting(watch.CommonKHz + (differenceKHz / 2));
            lightA = aFollows ? a.FrequencyKHz : lightA;
            lightB = bFollows ? b.FrequencyKHz : lightB;
            driftKHz += 20_000;
            double rad = (Math.Tau * (lightA - lightB + driftKHz) / TurnKHz) + (0.2 * Gaussian());
            var phase = new PhaseEstimate(Math.IEEERemainder(rad, Math.Tau), 0.2, 200);
            watch.Measure(phase, a, b, isCorrected: true);
            wantedKHz += 20_000 + (0.5 * watch.WithoutProbe(phase, a, b).PhaseRad / Math.Tau * TurnKHz);
        }
    }

    private static LightAlignment Setting(double frequencyKHz) => new(0, (int)frequencyKHz, 0);

    private double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - noise.NextDouble())) * Math.Cos(Math.Tau * noise.NextDouble());
}
