using MdiQkd.Acquisition;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>The elementary draws against their laws.</summary>
public sealed class DrawTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1.2)]
    [InlineData(17)]
    [InlineData(380)]
    public void Jitter_is_a_centred_Gaussian_of_the_given_width(double sigmaPs)
    {
        const int n = 400_000;
        var table = new JitterTable(sigmaPs);
        PhysicsRandom random = PhysicsSeed.FromNumber(9).Generator("test");
        double sum = 0, squares = 0;
        int beyond = 0;
        long[] errorsPs = new long[n];
        table.AddTo(errorsPs, random);
        foreach (long x in errorsPs)
        {
            Assert.InRange(Math.Abs(x), 0, table.MaxPs);
            sum += x;
            squares += (double)x * x;
            beyond += Math.Abs(x) > 2.5 * sigmaPs ? 1 : 0;
        }

        // σ of the mean σ/√n, of the variance σ²√(2/n): 4 of them.
        Assert.InRange(sum / n, -4 * sigmaPs / Math.Sqrt(n), 4 * sigmaPs / Math.Sqrt(n));
        double variance = sigmaPs * sigmaPs;
        double tolerance = 4 * variance * Math.Sqrt(2.0 / n);
        Assert.InRange(squares / n, variance - tolerance, variance + tolerance);
        if (sigmaPs > 100)
        {
            Assert.InRange(beyond, (0.01242 * n) - 300, (0.01242 * n) + 300); // erfc(2.5/√2), 4 σ = 280
        }
    }

    [Fact]
    public void Dark_counts_come_at_their_rate_everywhere_in_the_slot()
    {
        StationSettings station = Stations.Station(deadTimePs: 0, darkRateHz: 5e5);
        var vacuum = new UserLight(new FixedLabelStates(IntensityLabel.O, 1), Stations.SourceA, 0);
        var simulator = new SinglesSimulator(station, vacuum, vacuum, 0, 0, PhysicsSeed.FromNumber(3));
        const long slots = 40_000_000; // 0.2 s
        EventTally tally = EventTally.Run(simulator, station, vacuum, vacuum, 0, slots);
        Assert.InRange(tally.Tags, 200_000 - 1790, 200_000 + 1790); // Poisson, 4 σ
        double outside = 1 - (2 * 501.0 / 5000);
        Assert.InRange(tally.TagsOutsideWindows, (200_000 * outside) - 1790, (200_000 * outside) + 1790);
    }

    [Fact]
    public void A_dead_time_is_kept_between_the_clicks_of_one_detector()
    {
        StationSettings station = Stations.Station(deadTimePs: 30_000, darkRateHz: 1e7, jitterFwhmPs: 0);
        const long slots = 2_000_000;
        UserLight a = Stations.Mixed(1, Stations.SourceA, 0, slots);
        UserLight b = Stations.Mixed(2, Stations.SourceB, 0, slots);
        var simulator = new SinglesSimulator(station, a, b, 0, 0, PhysicsSeed.FromNumber(4));
        var block = new TimeTagBlock();
        Assert.Equal(slots, simulator.Advance(slots, int.MaxValue, block));
        long[] last = [-30_000, -30_000, -30_000];
        long exact = 0;
        for (int i = 0; i < block.Count; i++)
        {
            long gap = block.TimesPs[i] - last[block.Channels[i]];
            Assert.True(gap >= 30_000);
            exact += gap == 30_000 ? 1 : 0;
            last[block.Channels[i]] = block.TimesPs[i];
        }

        Assert.True(exact > 1000); // the bin exactly one dead time later is live
    }

    [Fact]
    public void Jitter_pushes_tags_of_coincidences_out_of_their_windows()
    {
        StationSettings narrow = Stations.Station(deadTimePs: 30_000, jitterFwhmPs: 10);
        StationSettings wide = Stations.Station(deadTimePs: 30_000, jitterFwhmPs: 400);
        const long slots = 100_000_000;
        UserLight a = Stations.Mixed(1, Stations.SourceA, 9, slots);
        UserLight b = Stations.Mixed(2, Stations.SourceB, 9, slots);
        double all = EventTally.Run(
            Stations.Simulator(false, narrow, a, b, PhysicsSeed.FromNumber(4)), narrow, a, b, Stations.StartPs, slots).Total;
        double kept = EventTally.Run(
            Stations.Simulator(false, wide, a, b, PhysicsSeed.FromNumber(4)), wide, a, b, Stations.StartPs, slots).Total;
        // Both tags within ±250.5 ps at σ = 169.9 ps: erf(250.5/(169.9 √2))² = 0.8596² = 0.7389; n about 35,000.
        Assert.InRange(kept / all, 0.7389 - 0.0095, 0.7389 + 0.0095);
    }
}
