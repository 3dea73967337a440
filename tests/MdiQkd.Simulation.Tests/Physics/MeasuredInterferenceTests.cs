using MdiQkd.Acquisition;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Measurement;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>
/// The whole way from simulated clicks through the product's delay correction and classifier to error rate and Hong–Ou–Mandel
/// visibility, against the exact four-mode model, over overlaps, arrival delays and dark counts. 4 σ each, about 70 comparisons with
/// fixed seeds.
/// </summary>
public sealed class MeasuredInterferenceTests
{
    private const long Slots = 400_000;
    private const double PulseSigmaPs = 85; // 200 ps full width at half maximum

    private static readonly SourceSettings Source = SourceSettings.FromReal(0.7, 0.4, 0.2, 0.5, 0.2, 0.2);

    public static TheoryData<double, double, double, long> Grid
    {
        get
        {
            TheoryData<double, double, double, long> grid = [];
            foreach (double overlap in new[] { 0.6, 0.9, 1.0 })
            {
                foreach (double delayPs in new[] { 0.0, 60, 150 })
                {
                    foreach (double darkRateHz in new[] { 100.0, 2e6 })
                    {
                        grid.Add(overlap, delayPs, darkRateHz, (long)(delayPs * 7));
                    }
                }
            }

            return grid;
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Error_rate_and_visibility_agree_with_theory(double overlap, double delayPs, double darkRateHz, long cableDelayPs)
    {
        // Delayed by Δt, pulses of width σ overlap in time by exp(−Δt²/(4σ²)) (physics, 3.3).
        double m = overlap * Math.Exp(-delayPs * delayPs / (4 * PulseSigmaPs * PulseSigmaPs));
        StationSettings station = new(
            Stations.Timing, new DetectorSettings(0.8, darkRateHz, 0, 40), new InterferenceSettings(m, 0, 0.1));
        var a = new UserLight(new FixedLabelStates(IntensityLabel.V, 1), Source, 3);
        var b = new UserLight(new FixedLabelStates(IntensityLabel.V, 2), Source, 2);
        var seed = PhysicsSeed.FromNumber((long)(7000 + (100 * overlap) + delayPs + (darkRateHz / 1e5)));
        var simulator = new SinglesSimulator(station, a, b, Stations.StartPs, 0, seed);
        DelayMerger merger = new(station.ChannelC, station.ChannelD, new ChannelDelays(0, cableDelayPs));
        BsmClassifier classifier = new(
            new BsmSettings(station.Timing, station.ChannelC, station.ChannelD, AcceptPsiPlus: true), Stations.StartPs, Slots);
        BsmEventBuffer events = new();
        TimeTagBlock block = new();
        TimeTagBlock late = new();
        TimeTagBlock merged = new();
        DelayMerger cable = new(station.ChannelC, station.ChannelD, new ChannelDelays(0, -cableDelayPs));
        bool more = true;
        while (more)
        {
            more = simulator.Advance(Slots, 50_000, block) < Slots;
            cable.Merge(block, late);
            merger.Merge(late, merged);
            classifier.Classify(merged, events);
        }

        long judged = classifier.Counters.JudgedSlots;
        Expectation expected = Expect(Stations.Exact(station, 3, 2), judged);
        Assert.InRange(judged, Slots - 2, Slots);
        (long psiMinus, long errors) = Count(events, a, b);
        MeasurementCounters counted = classifier.Counters;
        AssertPoisson(expected.PsiMinus, psiMinus, "psi-minus");
        AssertPoisson(expected.Errors, errors, "errors");
        AssertPoisson(expected.SameBin, counted.SameBin, "same bin");

        // Error rate: binomial. Visibility: same-bin coincidences against half of all others that are as likely without interference.
        double rate = (double)errors / psiMinus;
        double theory = expected.Errors / expected.PsiMinus;
        Assert.InRange(rate - theory, -4 * Math.Sqrt(theory * (1 - theory) / psiMinus), 4 * Math.Sqrt(theory * (1 - theory) / psiMinus));
        double pairs = (double)counted.SinglesC * counted.SinglesD / judged / 2;
        double visibility = 1 - (counted.SameBin / pairs);
        double visibilityTheory = 1 - (expected.SameBin / expected.Accidentals);
        double sigma = Math.Sqrt((counted.SameBin + 1.0) / (pairs * pairs));
        Assert.InRange(visibility - visibilityTheory, -4 * sigma, 4 * sigma);
    }

    private static (long PsiMinus, long Errors) Count(BsmEventBuffer events, UserLight a, UserLight b)
    {
        long psiMinus = 0;
        long errors = 0;
        byte[] packed = new byte[2];
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Outcome == BellState.PsiMinus)
            {
                long slot = events[i].Slot;
                Assert.True(a.States.TryRead([slot], packed) && b.States.TryRead([slot], packed.AsSpan(1)));
                psiMinus++;
                errors += new PreparedState(packed[0]).Bit == new PreparedState(packed[1]).Bit ? 1 : 0;
            }
        }

        return (psiMinus, errors);
    }

    // Averages over the random phase and over equal and different bits.
    private static Expectation Expect(ExactChannel exact, long slots)
    {
        const int points = 128;
        double psiMinus = 0, errors = 0, sameBin = 0, singlesC = 0, singlesD = 0;
        for (int bits = 0; bits < 2; bits++)
        {
            PulseState stateA = new(Source.Intensity(IntensityLabel.V), QubitBasis.X, 0);
            PulseState stateB = new(Source.Intensity(IntensityLabel.V), QubitBasis.X, bits);
            for (int i = 0; i < points; i++)
            {
                WindowValues p = exact.ClickProbabilities(stateA, stateB, Math.Tau * i / points);
                double noCE = 1 - p.CEarly, noCL = 1 - p.CLate, noDE = 1 - p.DEarly, noDL = 1 - p.DLate;
                double minus = (p.CEarly * p.DLate * noCL * noDE) + (p.DEarly * p.CLate * noDL * noCE);
                double weight = slots / (2.0 * points);
                psiMinus += weight * minus;
                errors += bits == 0 ? weight * minus : 0;
                sameBin += weight * ((p.CEarly * p.DEarly * noCL * noDL) + (p.CLate * p.DLate * noCE * noDE));
                singlesC += weight * (p.CEarly + p.CLate);
                singlesD += weight * (p.DEarly + p.DLate);
            }
        }

        return new Expectation(psiMinus, errors, sameBin, singlesC * singlesD / slots / 2);
    }

    private static void AssertPoisson(double expected, long count, string what)
    {
        double sigmas = (count - expected) / Math.Sqrt(expected);
        Assert.True(Math.Abs(sigmas) < 4, $"{what}: {count} against {expected:F1}, {sigmas:F2} sigma");
    }

    private sealed record Expectation(double PsiMinus, double Errors, double SameBin, double Accidentals);
}
