using MdiQkd.Acquisition;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Recovery, afterpulses and background of a detector against theory, each within 4 standard deviations at a fixed seed.</summary>
public sealed class DetectorPhysicsTests
{
    private const long DurationPs = 200_000_000_000; // 0.2 s

    [Theory]
    [InlineData(1e7, 10_000, 12_000)]
    [InlineData(6e7, 10_000, 15_000)]
    [InlineData(3e7, 0, 40_000)]
    public void Recovery_is_gradual(double rateHz, double deadTimePs, double recoveryPs)
    {
        List<long> tags = Clicks(new DetectorSettings(0.8, rateHz, deadTimePs, 0, recoveryPs));

        // Renewal process: hazard r(1 - exp(-s/tau)) at s after the dead time, so survival S(s) = exp(-r(s - tau(1 - exp(-s/tau)))).
        double r = rateHz * 1e-12;
        double Survival(double s) => Math.Exp(-r * (s - (recoveryPs * (1 - Math.Exp(-s / recoveryPs)))));
        double step = recoveryPs / 500;
        double mean = 0;
        double square = 0;
        for (double s = step / 2; Survival(s) > 1e-14; s += step)
        {
            mean += step * Survival(s);
            square += 2 * step * s * Survival(s);
        }

        double variance = square - (mean * mean);
        double interval = deadTimePs + mean;
        double expected = DurationPs / interval;
        Assert.InRange(tags.Count - expected, -4 * Sigma(), 4 * Sigma());
        double Sigma() => Math.Sqrt(DurationPs * variance / Math.Pow(interval, 3));

        // Share of intervals shorter than dead time + tau, where the efficiency is still below 63 %.
        double share = 1 - Survival(recoveryPs);
        int shorter = Enumerable.Range(1, tags.Count - 1).Count(i => tags[i] - tags[i - 1] < deadTimePs + recoveryPs);
        double n = tags.Count - 1;
        Assert.InRange(shorter - (n * share), -4 * Math.Sqrt(n * share), 4 * Math.Sqrt(n * share));
        Assert.True(Enumerable.Range(1, tags.Count - 1).All(i => tags[i] - tags[i - 1] >= deadTimePs));
    }

    [Theory]
    [InlineData(0.05, 2e6)]
    [InlineData(0.3, 5e5)]
    public void Afterpulses_follow_clicks(double probability, double meanPs)
    {
        const double rateHz = 20_000;
        const double deadTimePs = 100_000;
        List<long> tags = Clicks(new DetectorSettings(0.2, rateHz, deadTimePs, 0, 0, probability, meanPs), 20);

        // Clusters of geometric size: mean 1/(1-p), second moment (1+p)/(1-p)^2. Dark counts in the dead time: 0.2 %, subtracted.
        double darks = rateHz * 20 * DurationPs * 1e-12;
        double live = 1 - (tags.Count / (20.0 * DurationPs) * deadTimePs);
        double expected = darks * live / (1 - probability);
        double sigma = Math.Sqrt(darks * (1 + probability)) / (1 - probability);
        Assert.InRange(tags.Count - expected, -4 * sigma, (4 * sigma) + (expected * 1e-3));

        // Exponential delays: the share within one mean beyond the dead time is 1 - 1/e of the afterpulses, and background besides.
        double within = tags.Count * ((probability * (1 - Math.Exp(-1))) + (rateHz * meanPs * 1e-12));
        int counted = Enumerable.Range(1, tags.Count - 1).Count(i => tags[i] - tags[i - 1] < deadTimePs + meanPs);
        Assert.InRange(counted - within, -(4 * Math.Sqrt(within)) - (0.03 * within), (4 * Math.Sqrt(within)) + (0.03 * within));
    }

    [Fact]
    public void Raman_light_goes_with_power_length_and_filter()
    {
        // physics.md 5.1: 0 dBm at the end, 40 km, 0.1 nm, 2e-9: 8e-12 W, 6e7 photons a second.
        double reference = new RamanBackground(0, 0.1).PhotonsHz(40, 0);
        Assert.Equal(8e-12 / (6.62607015e-34 * 299792458 / 1550e-9), reference, reference * 1e-6);
        Assert.InRange(reference, 6e7, 6.5e7);
        Assert.Equal(reference / 100, new RamanBackground(-20, 0.1).PhotonsHz(40, 0), 1);
        Assert.Equal(reference * 10, new RamanBackground(0, 1).PhotonsHz(40, 0), 1);
        Assert.Equal(reference / 2 / Math.Pow(10, 0.4), new RamanBackground(0, 0.1).PhotonsHz(20, 4), 1);
    }

    [Theory]
    [InlineData(-20, 0.1, 30)]
    [InlineData(-28, 0.4, 50)]
    public void Background_light_clicks_in_both_detectors(double powerDbm, double filterNm, double lengthKm)
    {
        double photonsHz = new RamanBackground(powerDbm, filterNm).PhotonsHz(lengthKm, 0.2 * lengthKm) * Math.Pow(10, -0.3);
        StationSettings station = Stations.Station(0, darkRateHz: 100).WithBackground(photonsHz);
        var block = new TimeTagBlock();
        new DetectorPair(station, PhysicsSeed.FromNumber(3), 0).MoveAllTo(block, 20 * DurationPs);
        double expected = (100 + (0.8 * photonsHz / 2)) * 20 * DurationPs * 1e-12;
        foreach (byte channel in new byte[] { 1, 2 })
        {
            int counted = block.Channels.AsSpan(0, block.Count).Count(channel);
            Assert.InRange(counted - expected, -4 * Math.Sqrt(expected), 4 * Math.Sqrt(expected));
        }
    }

    // Clicks of detector c alone; flat light and dark counts are the same to it.
    private static List<long> Clicks(DetectorSettings detectors, int times = 1)
    {
        StationSettings station = Stations.Station(0) with { Detectors = detectors };
        var block = new TimeTagBlock();
        new DetectorPair(station, PhysicsSeed.FromNumber(9), 0).MoveAllTo(block, times * DurationPs);
        return [.. Enumerable.Range(0, block.Count).Where(i => block.Channels[i] == 1).Select(i => block.TimesPs[i])];
    }
}
