using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>
/// Dead time off, each pair of labels alone, against the exact four-mode model. All comparisons: Poisson counts, 4 σ. About
/// 150 comparisons with fixed seeds, so that a correct program had a chance of 1 % to fail when the seeds were chosen.
/// </summary>
public sealed class InterferenceTests
{
    private const int EventsWanted = 10_500; // 1e4 and 4 sigma

    // Brighter decoys than a real system has: the cost of a test is clicks per coincidence, which falls with the intensity.
    private static readonly SourceSettings SourceA = SourceSettings.FromReal(0.7, 0.4, 0.2, 0.5, 0.2, 0.2);
    private static readonly SourceSettings SourceB = SourceSettings.FromReal(0.6, 0.5, 0.3, 0.5, 0.2, 0.2);

    public static TheoryData<bool, double, double, double> Links => new()
    {
        { true, 3, 2, 0.8 },
        { false, 3, 2, 0.8 },
        { true, 9, 9, 0.8 },
        { false, 9, 9, 0.8 },
    };

    [Theory]
    [MemberData(nameof(Links))]
    public void Each_pair_of_labels_alone_agrees_with_the_exact_model(
        bool singles, double lossDbA, double lossDbB, double efficiency)
    {
        // 5 % extinction, so that vacuum against z gives enough events; vacuum against vacuum has its own test.
        StationSettings station = Stations.Station(deadTimePs: 0, extinction: 0.05, efficiency: efficiency);
        ExactChannel exact = Stations.Exact(station, lossDbA, lossDbB);
        for (int pair = 1; pair < 16; pair++)
        {
            Compare(singles, station, exact, lossDbA, lossDbB, (IntensityLabel)(pair / 4), (IntensityLabel)(pair % 4));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dark_counts_alone_agree_with_the_exact_model(bool singles)
    {
        StationSettings station = Stations.Station(deadTimePs: 0, darkRateHz: 5e7);
        ExactChannel exact = Stations.Exact(station, 9, 9);
        Compare(singles, station, exact, 9, 9, IntensityLabel.O, IntensityLabel.O);
    }

    [Fact]
    public void Weak_equal_pulses_show_the_Hong_Ou_Mandel_dip()
    {
        // E_X = (1 − M/2)/2 for weak equal pulses: 0.2575 at M = 0.97 without other faults (physics.md, checks of 3.3).
        var station = new StationSettings(
            Stations.Timing, new DetectorSettings(0.8, 0, 0, 0), new InterferenceSettings(0.97));
        var source = SourceSettings.FromReal(0.5, 0.04, 0.02, 0.5, 0.2, 0.2);
        var a = new UserLight(new FixedLabelStates(IntensityLabel.W, 1), source, 0);
        var b = new UserLight(new FixedLabelStates(IntensityLabel.W, 2), source, 0);
        const long slots = 200_000_000;
        var simulator = new SinglesSimulator(station, a, b, 0, 0, PhysicsSeed.FromNumber(5));
        EventTally tally = EventTally.Run(simulator, station, a, b, 0, slots);
        double n = tally.Total;
        double expected = 0.5 * (1 - (0.97 / 2));
        // 4 σ, and a share of the next order in the intensity, s/4 with s = 0.032.
        double tolerance = (4 * Math.Sqrt(expected * (1 - expected) / n)) + (0.008 * expected);
        Assert.True(n > 10_000);
        Assert.InRange(tally.Errors[1, 1] / n, expected - tolerance, expected + tolerance);
    }

    private static void Compare(
        bool singles,
        StationSettings station,
        ExactChannel exact,
        double lossDbA,
        double lossDbB,
        IntensityLabel labelA,
        IntensityLabel labelB)
    {
        var a = new UserLight(new FixedLabelStates(labelA, 1), SourceA, lossDbA);
        var b = new UserLight(new FixedLabelStates(labelB, 2), SourceB, lossDbB);
        PairGain gain = exact.Gain(SourceA, labelA, SourceB, labelB);
        long slots = (long)(EventsWanted / gain.Gain);
        var seed = PhysicsSeed.FromNumber(1000 + (4 * (int)labelA) + (int)labelB);
        EventTally tally = EventTally.Run(
            Stations.Simulator(singles, station, a, b, seed), station, a, b, Stations.StartPs, slots);
        long events = tally.Events[(int)labelA, (int)labelB];
        long errors = tally.Errors[(int)labelA, (int)labelB];
        string name = $"{labelA}{labelB} at {lossDbA}/{lossDbB} dB, singles {singles}";
        AssertPoisson(slots * gain.Gain, events, name + " events");
        AssertPoisson(slots * gain.ErrorGain, errors, name + " errors");
        AssertPoisson(slots * gain.Gain / 2, tally.EarlyInC, name + " early in c");
        Assert.True(events >= 10_000, name);
    }

    private static void AssertPoisson(double expected, long count, string what)
    {
        double sigmas = (count - expected) / Math.Sqrt(expected);
        Assert.True(Math.Abs(sigmas) < 4, $"{what}: {count} against {expected:F1}, {sigmas:F2} sigma");
    }
}
