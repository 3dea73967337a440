using MdiQkd.Measurement.Feedback;
using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Tests.Feedback;

/// <summary>The visibility scan: which period of the phase the lasers are locked to. Bins 2.5 ns apart, pulses of 200 ps.</summary>
public sealed class FrequencyControllerTests
{
    private const double PeriodKHz = 400_000;

    private readonly FrequencyController controller = new(binSpacingPs: 2500, pulseFwhmPs: 200);

    public FrequencyControllerTests() => controller.Measure(new PhaseEstimate(0, 0.1, 1000), setKHz: 0, timeS: 0);

    [Theory]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_lock_that_is_whole_periods_off_is_corrected(int periods)
    {
        Assert.True(TryScan(periods, sigma: 0.01, last: false));
        Assert.Equal(periods * PeriodKHz, controller.DifferenceAt(0, 0), 1.0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Visibilities_that_do_not_tell_periods_apart_change_nothing_until_the_scan_ends(int periods)
    {
        Assert.False(TryScan(periods, sigma: 0.05, last: false));
        Assert.Equal(0, controller.DifferenceAt(0, 0), 1.0);
        Assert.True(TryScan(periods, sigma: 0.05, last: true));
        Assert.Equal(periods * PeriodKHz, controller.DifferenceAt(0, 0), 1.0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Noise_is_no_visibility(bool last)
    {
        Assert.False(TryScan(0, sigma: 0.2, last));
        Assert.False(controller.TryScan(-0.01, 0.02, 0.3, 0.02, last));
        Assert.False(controller.TryScan(0.3, 0.02, 0, 0.02, last));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_known_drift_outlives_a_move_by_whole_periods(int periods)
    {
        Drift(seconds: 30, kHzPerS: 10_000);
        Assert.True(TryScan(periods, sigma: 0.01, last: false));
        Assert.Equal((periods * PeriodKHz) + 320_000, controller.DifferenceAt(32, 0), 2_000.0);
    }

    [Fact]
    public void A_known_drift_outlives_a_jump()
    {
        Drift(seconds: 30, kHzPerS: 10_000);
        controller.Measure(new PhaseEstimate(2, 0.1, 1000), setKHz: 310_000, timeS: 31);
        Assert.Equal(2 / Math.Tau * PeriodKHz, controller.JumpKHz, 2_000.0);
        controller.Lock(new PhaseEstimate(2, 0.1, 1000), setKHz: 320_000, timeS: 32);
        Assert.Equal(0, controller.JumpKHz);
        Assert.Equal(340_000 + (2 / Math.Tau * PeriodKHz), controller.DifferenceAt(34, 0), 10_000.0);
    }

    // Lasers that were always set to where the light wanted them.
    private void Drift(int seconds, double kHzPerS)
    {
        for (int timeS = 1; timeS <= seconds; timeS++)
        {
            controller.Measure(new PhaseEstimate(0, 0.1, 1000), timeS * kHzPerS, timeS);
        }
    }

    // V = ½ exp(−κΔν²) with κ = (2πσ)² and the lock so many periods below the truth.
    private bool TryScan(int periods, double sigma, bool last)
    {
        double kappaPerKHz2 = Math.Pow(2 * Math.PI * 200e-12 / (2 * Math.Sqrt(2 * Math.Log(2))) * 1e3, 2);
        double above = 0.5 * Math.Exp(-kappaPerKHz2 * Math.Pow(controller.ScanKHz - (periods * PeriodKHz), 2));
        double below = 0.5 * Math.Exp(-kappaPerKHz2 * Math.Pow(controller.ScanKHz + (periods * PeriodKHz), 2));
        return controller.TryScan(above, sigma, below, sigma, last);
    }
}
