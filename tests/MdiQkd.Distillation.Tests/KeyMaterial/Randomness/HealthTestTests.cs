using System.Numerics;
using MdiQkd.KeyMaterial.Randomness;

namespace MdiQkd.Distillation.Tests.KeyMaterial.Randomness;

public sealed class HealthTestTests
{
    [Theory]
    [InlineData(8, 20, 4)]
    [InlineData(1, 20, 21)]
    [InlineData(1, 30, 31)]
    [InlineData(7.3, 40, 7)]
    [InlineData(0.5, 40, 81)]
    public void Repetition_cutoff_is_that_of_the_standard(double minEntropyBits, int exponent, int cutoff) =>
        Assert.Equal(cutoff, RepetitionCountTest.CutoffFor(minEntropyBits, exponent));

    [Fact]
    public void Repetition_test_fails_at_its_cutoff_and_not_before()
    {
        RepetitionCountTest test = new(8, 40);
        Assert.Equal(6, test.Cutoff);
        Assert.True(test.Accept([7, 7, 7, 7, 7, 8, 7, 7]));
        Assert.True(test.Accept([7, 7, 7]));
        Assert.False(test.Accept([7]));
        Assert.False(new RepetitionCountTest(8, 40).Accept(new byte[6]));
    }

    [Theory]
    [InlineData(1, 30, 325)] // the cut-off that the Jitter RNG library lists for 1 bit, 512 samples, 2^-30
    public void Proportion_cutoff_is_a_published_one(double minEntropyBits, int exponent, int cutoff) =>
        Assert.Equal(cutoff, AdaptiveProportionTest.CutoffFor(minEntropyBits, exponent));

    [Theory]
    [InlineData(1, 20)]
    [InlineData(1, 64)]
    [InlineData(2, 40)]
    [InlineData(4, 20)]
    [InlineData(5, 30)]
    [InlineData(8, 20)]
    [InlineData(8, 40)]
    [InlineData(8, 64)]
    public void Proportion_cutoff_is_the_binomial_quantile_in_exact_integers(int minEntropyBits, int exponent)
    {
        // Pr[X > k] = Σ_{i>k} C(512, i) (2^H − 1)^(512−i) / 2^(512 H): the smallest k for which it is at most 2^−exponent.
        const int W = AdaptiveProportionTest.Window;
        BigInteger limit = BigInteger.One << ((W * minEntropyBits) - exponent);
        BigInteger tail = 0, choose = 1;
        int k = W;
        for (; k > 0; k--)
        {
            tail += choose * BigInteger.Pow((BigInteger.One << minEntropyBits) - 1, W - k);
            if (tail > limit)
            {
                break;
            }

            choose = choose * k / (W - k + 1);
        }

        Assert.Equal(1 + k, AdaptiveProportionTest.CutoffFor(minEntropyBits, exponent));
    }

    [Fact]
    public void Hardly_any_claim_leaves_a_test_that_a_constant_fails()
    {
        // 1 + critbinom would be 513 in a window of 512.
        Assert.Equal(AdaptiveProportionTest.Window, AdaptiveProportionTest.CutoffFor(0.1, 64));
        Assert.False(new AdaptiveProportionTest(0.1, 64).Accept(new byte[512]));
    }

    [Fact]
    public void Proportion_test_fails_at_its_cutoff_and_not_before()
    {
        AdaptiveProportionTest test = new(8, 40);
        byte[] window = new byte[512];
        for (int i = 0; i < window.Length; i++)
        {
            // The first sample, and then every second one up to one less than the cut-off; other samples differ from each other.
            window[i] = i % 2 == 0 && i < 2 * (test.Cutoff - 1) ? (byte)0 : (byte)(1 + (i % 255));
        }

        Assert.Equal(test.Cutoff - 1, window.Count(sample => sample == 0));
        Assert.True(test.Accept(window));
        Assert.True(test.Accept(window)); // a new window counts anew
        window[511] = 0;
        Assert.False(test.Accept(window));
    }

    [Fact]
    public void A_healthy_source_passes_both()
    {
        // 16 MB: false alarms of 2^-40 per sample and per window add up to 1.5e-5.
        byte[] samples = new byte[1 << 24];
        new Random(3).NextBytes(samples);
        Assert.True(new RepetitionCountTest(8, 40).Accept(samples));
        Assert.True(new AdaptiveProportionTest(8, 40).Accept(samples));
    }

    [Fact]
    public void False_alarms_come_as_often_as_they_were_allowed()
    {
        // Repetition with C = 3 (exponent 16 would be 2^-16 per sample): 2^22 samples give about 2^22 · 2^-16 · 255/256 = 64 runs of 3,
        // standard deviation 8; 6 standard deviations either way.
        byte[] samples = new byte[1 << 22];
        new Random(4).NextBytes(samples);
        int alarms = 0;
        for (int i = 0; i + 2 < samples.Length; i++)
        {
            RepetitionCountTest test = new(8, 16);
            alarms += test.Accept(samples.AsSpan(i, 3)) ? 0 : 1;
        }

        Assert.InRange(alarms, 16, 112);
    }
}
