using MdiQkd.KeyRate.Channel;
using static MdiQkd.KeyRate.Channel.QubitBasis;

namespace MdiQkd.KeyRate.Tests.Channel;

public class ExactChannelTests
{
    // Worked example of physics.md 3.6: 40 + 40 km, hub 1.5 dB, |ψ⁻⟩ only.
    private static readonly ChannelParameters Worked = new(
        9.5, 9.5, 0.6, 1e-7, MisalignmentZ: 0.005, MisalignmentX: 0.02);

    [Theory]
    [InlineData(Z, 0.5, 0.5, 0.0002693240374, 1.349815778e-06)]
    [InlineData(X, 0.2, 0.2, 8.913369305e-05, 2.310331726e-05)]
    [InlineData(X, 0.05, 0.05, 5.642051118e-06, 1.465954354e-06)]
    [InlineData(X, 0.2, 0.05, 3.501205282e-05, 1.211302862e-05)]
    [InlineData(X, 0, 0.2, 2.243432521e-05, 1.12171626e-05)]
    [InlineData(X, 0, 0.05, 1.413055548e-06, 7.065277741e-07)]
    [InlineData(X, 0, 0, 1.998401045e-14, 9.992005223e-15)]
    [InlineData(Z, 0, 0.5, 3.282198992e-09, 1.641099496e-09)]
    public void Worked_example_in_both_models(QubitBasis basis, double a, double b, double gain, double errorGain)
    {
        PairGain exact = new ExactChannel(Worked).Gain(a, basis, b, basis);
        ClosedFormChannel closed = new(Worked);
        PairGain formula = basis == Z ? closed.GainZ(a, b) : closed.GainX(a, b);

        // The published values have ten digits; where the closed form subtracts numbers of order 1 it keeps 1e-16 absolute, as did they.
        Assert.Equal(gain, exact.Gain, (1e-9 * gain) + 3e-16);
        Assert.Equal(errorGain, exact.ErrorGain, (1e-9 * errorGain) + 3e-16);
        Assert.Equal(exact.Gain, formula.Gain, (1e-9 * gain) + 3e-16);
        Assert.Equal(exact.ErrorGain, formula.ErrorGain, (1e-9 * errorGain) + 3e-16);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(3, 0, true)]
    [InlineData(9, 13, false)]
    [InlineData(20, 4, true)]
    public void Quadrature_agrees_with_closed_form(double lossA, double lossB, bool psiPlus)
    {
        ChannelParameters parameters = new(lossA, lossB, 0.8, 1e-5, MisalignmentZ: 0.01, MisalignmentX: 0.03, AcceptPsiPlus: psiPlus);
        ExactChannel exact = new(parameters);
        ClosedFormChannel closed = new(parameters);
        foreach ((double a, double b) in new[] { (0.6, 0.6), (0.1, 0.9), (0.02, 0.4), (2.0, 2.0) })
        {
            Near(closed.GainZ(a, b), exact.Gain(a, Z, b, Z));
            Near(closed.GainX(a, b), exact.Gain(a, X, b, X));
        }

        static void Near(PairGain expected, PairGain actual)
        {
            Assert.Equal(expected.Gain, actual.Gain, (1e-9 * expected.Gain) + 1e-15);
            Assert.Equal(expected.ErrorGain, actual.ErrorGain, (1e-9 * expected.ErrorGain) + 1e-15);
        }
    }

    [Theory]
    [InlineData(0.97, 0.0, 0.015)]
    [InlineData(0.97, 0.1, null)]
    [InlineData(0.8, 0.5, null)]
    public void Single_photon_pairs_have_error_half_of_one_minus_overlap(double overlap, double phaseError, double? known)
    {
        double expected = 0.5 * (1 - (overlap * Math.Cos(phaseError)));
        Assert.Equal(known ?? expected, expected, 1e-12);
        ExactChannel channel = new(new(4, 7, 0.7, 0, overlap, PhaseErrorRad: phaseError));

        // Without dark counts exp(a+b) Q(a,b) = Σ Y_nm a^n b^m / (n! m!); its mixed difference with vacuum leaves
        // Y11 a b (1 + O(a) + O(b)), so Richardson extrapolation over halved intensities removes orders 1 to 3.
        double gain = Mixed(channel, 0.08, g => g.Gain);
        double error = Mixed(channel, 0.08, g => g.ErrorGain);
        Assert.Equal(expected, error / gain, 1e-7);

        static double Mixed(ExactChannel channel, double start, Func<PairGain, double> part)
        {
            double[] row = [.. Enumerable.Range(0, 5).Select(i => At(start / (1 << i)))];
            for (int order = 1; order < row.Length; order++)
            {
                for (int i = row.Length - 1; i >= order; i--)
                {
                    row[i] += (row[i] - row[i - 1]) / ((1 << order) - 1);
                }
            }

            return row[^1];

            double At(double mean) => (F(mean, mean) - F(mean, 0) - F(0, mean)) / (mean * mean);
            double F(double a, double b) => Math.Exp(a + b) * part(channel.Gain(a, X, b, X));
        }
    }

    [Fact]
    public void Weak_equal_pulses_show_half_the_overlap_as_visibility()
    {
        // E_X = (1 − M/2)/2 for equal arriving intensities in the weak limit; 0.275 for M = 0.9, first correction of order η μ.
        ExactChannel channel = new(new(10, 10, 0.5, 0, 0.9));
        Assert.Equal(0.275, channel.Gain(0.01, X, 0.01, X).ErrorRate, 2e-4);
    }

    [Fact]
    public void Extinction_adds_its_own_error_in_z()
    {
        ExactChannel channel = new(DemoNetwork.Channel(30, 30));
        PairGain z = channel.Gain(0.6, Z, 0.6, Z);

        // Each user's light is in the wrong bin with probability ext, which turns equal bits into an accepted pair: about 2 ext.
        Assert.InRange(z.ErrorRate, 0.004, 0.0075);
    }

    [Fact]
    public void Patterns_singles_and_outcomes_are_one_distribution()
    {
        ExactChannel channel = new(DemoNetwork.Channel(10, 25) with { MisalignmentX = 0.03 });
        PulseState a = new(0.3, X, 1);
        PulseState b = new(0.7, Z, 0);
        double[] patterns = new double[ExactChannel.Patterns];
        channel.AddClickPatterns(a, b, 1, patterns);
        Assert.Equal(1, patterns.Sum(), 1e-14);
        Assert.Equal(ExactChannel.SinglesOf(patterns), channel.Singles(a, b));
        BsmProbabilities outcome = channel.Outcomes(a, b);
        Assert.Equal(patterns[0b1001], outcome.CEarlyDLate);
        Assert.Equal(patterns[0b0110], outcome.DEarlyCLate);
        Assert.Equal(patterns[0b0011], outcome.CEarlyCLate);
        Assert.Equal(patterns[0b1100], outcome.DEarlyDLate);
    }

    [Fact]
    public void Detectors_are_symmetric_and_singles_follow_the_mean()
    {
        ExactChannel channel = new(new(9, 11, 0.8, 5e-8, 0.97));
        WindowValues singles = channel.Singles(new(0.6, Z, 0), new(0.6, Z, 0));
        Assert.Equal(singles.CEarly, singles.DEarly, 1e-15);
        double mean = 0.5 * 0.8 * 0.6 * (Math.Pow(10, -0.9) + Math.Pow(10, -1.1));

        // Saturation and the fluctuating intensity take away at most mean²; only light that the extinction lets through reaches the late bin.
        Assert.InRange(singles.CEarly, mean - (mean * mean), mean);
        Assert.Equal(5e-8, singles.CLate, 1e-15);
    }

    [Fact]
    public void Out_of_range_parameters_name_field_value_and_range()
    {
        Assert.Equal("Overlap = 1.2: allowed is 0 to 1", Refused(Worked with { Overlap = 1.2 }));
        Assert.Equal("DetectorEfficiency = NaN: allowed is 0 to 1", Refused(Worked with { DetectorEfficiency = double.NaN }));
        Assert.Contains("ArmLossDbB = -1", Refused(Worked with { ArmLossDbB = -1 }), StringComparison.Ordinal);

        static string Refused(ChannelParameters parameters) =>
            Assert.Throws<KeyRateInputException>(() => new ExactChannel(parameters)).Message;
    }
}
