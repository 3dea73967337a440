using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.Tests;

public class SoundnessTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(1e-3)]
    public void Key_length_of_random_counts_never_exceeds_the_true_value(double epsilon)
    {
        // 2,000 blocks per ε with all counts drawn around their expectations, over equal and unequal arms, at settings with a key. The true value
        // is the key that the drawn single-photon pairs among the z–z events, and the phase errors among them, would give. Even at
        // ε = 0.05 per bound the dozen bounds together leave a gap of many standard deviations of any one count.
        const int Trials = 400;
        Random random = new(41);
        double closest = double.NegativeInfinity;
        foreach ((double lossA, double lossB, double slots) in new[]
        {
            (7.0, 7.0, 1e9), (9.0, 9.0, 1e11), (9.0, 13.0, 1e11), (12.0, 8.0, 1e10), (14.0, 14.0, 1e12),
        })
        {
            ChannelParameters channel = new(lossA, lossB, 0.8, 1e-7, 0.97, PhaseErrorRad: 0.1, MisalignmentZ: 0.003);
            BlockScenario scenario = new(channel, BlindBins.None, slots, new(epsilon));
            OptimisedSettings settings = SettingsOptimiser.Optimise(scenario);
            SinglePairBounds truth = AsymptoticRate.InfiniteDecoys(new ExactChannel(channel));
            ExpectedBlock expected = settings.Block;
            double pairs = slots * settings.A.Pz * settings.B.Pz * truth.Yield
                * settings.A.Z * Math.Exp(-settings.A.Z) * settings.B.Z * Math.Exp(-settings.B.Z);
            Assert.True(expected.Key.Ell > 0);
            for (int trial = 0; trial < Trials; trial++)
            {
                FourIntensityCounts c = expected.Counts;
                double phaseErrors = Poisson(pairs * truth.ErrorRate);
                double drawnPairs = phaseErrors + Poisson(pairs * (1 - truth.ErrorRate));
                double secret = drawnPairs * (1 - Elementary.BinaryEntropy(phaseErrors / drawnPairs));
                double mzz = Poisson(c.Mzz);
                double mww = Poisson(c.Mww);
                double mvv = Poisson(c.Mvv);
                FourIntensityCounts drawn = new(
                    mzz + Poisson(c.Nzz - c.Mzz), mzz, mww + Poisson(c.Nww - c.Mww), mww, mvv + Poisson(c.Nvv - c.Mvv), mvv,
                    Poisson(c.N0w), Poisson(c.Nw0), Poisson(c.N0v), Poisson(c.Nv0), Poisson(c.N00));
                KeyLengthResult key = DoubleScanning.Evaluate(expected.Parameters, drawn, scenario.Security, expected.Key.Leak);
                double bound = key.Ell + key.Leak + key.C;
                closest = Math.Max(closest, bound / secret);
                Assert.True(bound <= secret, $"{bound} > {secret}");
            }
        }

        output.WriteLine($"closest: {closest:F3} of the true value");

        // Normal above 200 (skewness below 0.07), exact below.
        double Poisson(double mean)
        {
            if (mean > 200)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                return Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * radius * Math.Cos(2 * Math.PI * random.NextDouble()))));
            }

            int count = 0;
            for (double product = random.NextDouble(); product > Math.Exp(-mean); product *= random.NextDouble())
            {
                count++;
            }

            return count;
        }
    }
}
