using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;
using static MdiQkd.KeyRate.Channel.QubitBasis;

namespace MdiQkd.KeyRate.Tests.Decoy;

public class DecoyBoundsTests
{
    private static readonly ExactChannel Worked = new(new(9.5, 9.5, 0.6, 1e-7, MisalignmentZ: 0.005, MisalignmentX: 0.02));

    [Fact]
    public void Single_pairs_of_the_worked_example()
    {
        PairGain x = Worked.SinglePairs(X);
        Assert.Equal(0.0011330454, x.Gain, 1e-10);
        Assert.Equal(0.020005416, x.ErrorRate, 1e-9);
    }

    [Theory]
    [InlineData(0, 3, false)]
    [InlineData(12, 8, true)]
    public void Single_pairs_agree_with_the_closed_form(double lossA, double lossB, bool psiPlus)
    {
        ChannelParameters parameters = new(lossA, lossB, 0.7, 1e-4, MisalignmentX: 0.02, AcceptPsiPlus: psiPlus);
        ExactChannel exact = new(parameters);
        ClosedFormChannel closed = new(parameters);
        Assert.Equal(closed.SinglePairYield, exact.SinglePairs(X).Gain, 1e-12 * closed.SinglePairYield + 1e-16);
        Assert.Equal(closed.SinglePairYield, exact.SinglePairs(Z).Gain, 1e-12 * closed.SinglePairYield + 1e-16);
        Assert.Equal(closed.SinglePairErrorX, exact.SinglePairs(X).ErrorRate, 1e-11);
    }

    [Fact]
    public void Single_pairs_of_an_imperfect_channel_are_the_limit_of_weak_pulses()
    {
        // Mixed difference with vacuum of e^(a+b) Q(a,b) over a·b; Richardson on halved intensities, as in ExactChannelTests.
        ExactChannel channel = new(new(2, 5, 0.7, 1e-4, 0.93, 0.01, 0.2));
        foreach (QubitBasis basis in new[] { X, Z })
        {
            double[] row = [.. Enumerable.Range(0, 5).Select(i => At(0.08 / (1 << i)))];
            for (int order = 1; order < row.Length; order++)
            {
                for (int i = row.Length - 1; i >= order; i--)
                {
                    row[i] += (row[i] - row[i - 1]) / ((1 << order) - 1);
                }
            }

            Assert.Equal(row[^1], channel.SinglePairs(basis).ErrorGain, 1e-6 * row[^1]);

            double At(double mean) => (F(mean, mean) - F(mean, 0) - F(0, mean) + F(0, 0)) / (mean * mean);
            double F(double a, double b) => Math.Exp(a + b) * channel.Gain(a, basis, b, basis).ErrorGain;
        }
    }

    [Fact]
    public void Analytic_bounds_of_the_worked_example()
    {
        SinglePairBounds bounds = AnalyticDecoyBounds.Evaluate(Worked, 0.2, 0.05, 0.2, 0.05);
        Assert.Equal(0.0010896154, bounds.Yield, 1e-10);
        Assert.Equal(0.049421353, bounds.ErrorRate, 1e-8);
    }

    [Fact]
    public void Linear_bounds_of_the_worked_example()
    {
        SinglePairBounds bounds = LinearDecoyBounds.Evaluate(Observe(Worked, [0, 0.05, 0.2], [0, 0.05, 0.2]));

        // The reference cuts the photon number lower than we do, which loses a few 1e-5; it can only be looser.
        Assert.InRange(bounds.Yield, 0.0011069118 * (1 - 1e-7), 0.0011069118 * (1 + 1e-4));
        Assert.InRange(bounds.ErrorRate, 0.047324653 * (1 - 1e-3), 0.047324653 * (1 + 1e-7));
    }

    [Theory]
    [InlineData(0, 0, 0.2, 0.05, 0.2, 0.05)]
    [InlineData(10, 14, 0.15, 0.04, 0.3, 0.08)]
    [InlineData(20, 20, 0.3, 0.06, 0.3, 0.06)]
    [InlineData(25, 18, 0.25, 0.02, 0.1, 0.02)]
    public void Analytic_is_no_better_than_linear_and_linear_never_beats_the_truth(
        double lossA, double lossB, double vA, double wA, double vB, double wB)
    {
        ExactChannel channel = new(new(lossA, lossB, 0.8, 1e-7, 0.97, 0, 0.1, 0, 0.01));
        PairGain truth = channel.SinglePairs(X);
        SinglePairBounds analytic = AnalyticDecoyBounds.Evaluate(channel, vA, wA, vB, wB);

        // Same seven label pairs as the analytic formula, then all nine. At low yield the cut of the photon number costs up to 1e-7:
        // v = 0.3 exceeds it in 1e-15 of the slots, the single pairs of v–v are 1e-8 of them or more.
        const double Cut = 1e-6;
        IReadOnlyList<GainObservation> nine = Observe(channel, [0, wA, vA], [0, wB, vB]);
        SinglePairBounds seven = LinearDecoyBounds.Evaluate(
            [.. nine.Where(o => o.IntensityA == 0 || o.IntensityB == 0 || (o.IntensityA == wA) == (o.IntensityB == wB))]);
        SinglePairBounds all = LinearDecoyBounds.Evaluate(nine);
        Assert.True(analytic.Yield <= seven.Yield * (1 + Cut), $"analytic {analytic} linear {seven}");
        Assert.True(analytic.ErrorRate >= seven.ErrorRate * (1 - Cut), $"analytic {analytic} linear {seven}");
        Assert.True(seven.Yield <= all.Yield * (1 + Cut) && all.Yield <= truth.Gain, $"{seven} {all} {truth}");
        Assert.True(seven.ErrorRate >= all.ErrorRate * (1 - Cut) && all.ErrorRate >= truth.ErrorRate, $"{seven} {all} {truth}");
    }

    [Fact]
    public void Finite_intervals_widen_the_linear_bounds()
    {
        UserParameters user = new(0.5, 0.2, 0.05, 0.6, 0.1, 0.2, 0.1);
        FourIntensityParameters parameters = new(1.2e11, user, user);
        FourIntensityCounts counts = new(11634798, 58312, 27082, 7037, 106960, 27724, 3391, 3391, 26921, 26921, 0);
        SinglePairBounds exact = LinearDecoyBounds.Evaluate(Observe(Worked, [0, 0.05, 0.2], [0, 0.05, 0.2]));
        SinglePairBounds finite = LinearDecoyBounds.Evaluate(
            FiniteObservations.From(parameters, counts, new(1e-10, ChernoffKind.Tight)));

        // The reference has 7.267e-4 from nine label pairs, of which the counts hold seven, and 0.286 without the half that a vacuum
        // sender makes exact.
        Assert.InRange(finite.Yield, 6.0e-4, 0.000726718 * 1.001);
        Assert.InRange(finite.ErrorRate, 0.2, 0.28611929);
        Assert.True(finite.Yield < exact.Yield && finite.ErrorRate > exact.ErrorRate);
    }

    [Fact]
    public void Contradicting_or_dark_gains_show_nothing()
    {
        GainObservation dark = new(0.2, 0.2, 0, 0, 0, 0);
        Assert.Equal(SinglePairBounds.None, LinearDecoyBounds.Evaluate([dark]));

        // The same intensities with two different gains.
        GainObservation bright = new(0.2, 0.2, 1e-3, 1e-3, 1e-4, 1e-4);
        Assert.Equal(SinglePairBounds.None, LinearDecoyBounds.Evaluate([bright, bright with { GainLower = 2e-3, GainUpper = 2e-3 }]));
        Assert.Throws<KeyRateInputException>(() => LinearDecoyBounds.Evaluate([bright with { GainLower = double.NaN }]));
    }

    private static List<GainObservation> Observe(ExactChannel channel, double[] a, double[] b) =>
        [.. from mu in a from nu in b select GainObservation.Exact(mu, nu, channel.Gain(mu, X, nu, X))];
}
