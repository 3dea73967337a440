using System.Diagnostics;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Dead time on, mixed labels: both fidelities against the exact two-detector chain and against each other.</summary>
public sealed class DeadTimeTests(ITestOutputHelper output)
{
    private const double DeadTimePs = 30_000;

    [Theory]
    [InlineData(true, 9, 9, 0.6)]
    [InlineData(true, 9, 11, 0.8)]
    [InlineData(false, 9, 9, 20)]
    [InlineData(false, 9, 11, 20)]
    [InlineData(false, 11, 13, 40)]
    public void Gains_agree_with_the_chain(bool singles, double lossDbA, double lossDbB, double seconds)
    {
        StationSettings station = Stations.Station(DeadTimePs);
        long slots = (long)(seconds * Stations.Timing.SlotRateHz);
        UserLight a = Stations.Mixed(1, Stations.SourceA, lossDbA, slots);
        UserLight b = Stations.Mixed(2, Stations.SourceB, lossDbB, slots);
        ExactChannel exact = Stations.Exact(station, lossDbA, lossDbB);
        var chain = new DeadTimeChain(
            DeadTimeChain.MixedPatterns(exact, Stations.SourceA, Stations.SourceB),
            BlindBins.FromTiming(Stations.Timing, DeadTimePs));
        var watch = Stopwatch.StartNew();
        EventTally tally = EventTally.Run(
            Stations.Simulator(singles, station, a, b, PhysicsSeed.FromNumber(77)), station, a, b, Stations.StartPs, slots);
        output.WriteLine(
            $"{seconds} s simulated in {watch.Elapsed.TotalSeconds:F2} s: {tally.Tags / seconds:N0} tags/s, "
            + $"{tally.Total / seconds:N0} coincidences/s");
        for (int pair = 0; pair < 16; pair++)
        {
            var labelA = (IntensityLabel)(pair / 4);
            var labelB = (IntensityLabel)(pair % 4);
            PairGain gain = chain.Gain(exact, Stations.SourceA, labelA, Stations.SourceB, labelB);
            double sent = slots * Stations.SourceA.Probability(labelA) * Stations.SourceB.Probability(labelB);
            AssertClose(sent * gain.Gain, tally.Events[pair / 4, pair % 4], $"{labelA}{labelB} events");
            AssertClose(sent * gain.ErrorGain, tally.Errors[pair / 4, pair % 4], $"{labelA}{labelB} errors");
        }
    }

    [Fact]
    public void Both_fidelities_have_the_same_gaps_between_events()
    {
        // Strong light and short loss, so that events follow each other within the memory of the dead time.
        StationSettings station = Stations.Station(DeadTimePs);
        const long slots = 30_000_000;
        const double lossDb = 2;
        UserLight a = Stations.Mixed(3, Stations.SourceA, lossDb, slots);
        UserLight b = Stations.Mixed(4, Stations.SourceB, lossDb, slots);
        long[] all = EventTally.Run(
            Stations.Simulator(true, station, a, b, PhysicsSeed.FromNumber(1)), station, a, b, Stations.StartPs, slots).Gaps;
        long[] only = EventTally.Run(
            Stations.Simulator(false, station, a, b, PhysicsSeed.FromNumber(2)), station, a, b, Stations.StartPs, slots).Gaps;
        output.WriteLine(string.Join(' ', all));
        output.WriteLine(string.Join(' ', only));
        double chiSquare = 0;
        int cells = 0;
        for (int i = 0; i < all.Length; i++)
        {
            long sum = all[i] + only[i];
            if (sum < 20)
            {
                continue;
            }

            cells++;
            chiSquare += Math.Pow(all[i] - only[i], 2) / sum;
        }

        // Chi-square with as many degrees of freedom as cells: mean n, variance 2n, 4 sigma.
        Assert.True(cells > 50);
        Assert.InRange(chiSquare, 0, cells + (4 * Math.Sqrt(2.0 * cells)));
        Assert.All(all[..5].Concat(only[..5]), count => Assert.Equal(0, count)); // both detectors are blind
    }

    private static void AssertClose(double expected, long count, string what)
    {
        // Poisson; 4 σ, and at least 6 events for the rare pairs.
        double tolerance = Math.Max(6, 4 * Math.Sqrt(expected));
        Assert.True(Math.Abs(count - expected) <= tolerance, $"{what}: {count} against {expected:F1}");
    }
}
