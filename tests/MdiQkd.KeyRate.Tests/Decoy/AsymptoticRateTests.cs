using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;

namespace MdiQkd.KeyRate.Tests.Decoy;

public class AsymptoticRateTests
{
    // Table of physics.md 3.7: secret bits per pulse pair, three significant digits; total fibre length, 0.2 dB/km, no hub loss;
    // infinitely many decoys, then vacuum, 0.02 and 0.2.
    [Theory]
    [InlineData("GYS-like", 0, 0.000572, 0.000495)]
    [InlineData("GYS-like", 100, 4.58e-06, 3.81e-06)]
    [InlineData("GYS-like", 200, 1.28e-09, 0)]
    [InlineData("GYS-like", 250, 0, 0)]
    [InlineData("SNSPD", 0, 0.00539, 0.00489)]
    [InlineData("SNSPD", 150, 4.19e-06, 3.57e-06)]
    [InlineData("SNSPD", 300, 3.84e-09, 3.23e-09)]
    [InlineData("SNSPD", 400, 1.46e-11, 1.02e-11)]
    [InlineData("Hub-like", 50, 0.000757, 0.000684)]
    [InlineData("Hub-like", 200, 7.01e-07, 6.19e-07)]
    [InlineData("Hub-like", 400, 3.65e-11, 2.97e-11)]
    public void Table_of_the_reference(string set, double km, double infinite, double threeIntensities)
    {
        double arm = 0.1 * km;
        (ChannelParameters parameters, double f) = set switch
        {
            "GYS-like" => (new ChannelParameters(arm, arm, 0.145, 6.02e-6, 1, 0, 0, 0.015, 0.015, true), 1.16),
            "SNSPD" => (new ChannelParameters(arm, arm, 0.4, 1e-7, 1, 0, 0, 0.015, 0.015, true), 1.1),
            _ => (new ChannelParameters(arm, arm, 0.6, 1e-7, 1, 0, 0, 0.005, 0.02), 1.16),
        };
        ExactChannel channel = new(parameters);
        Near(infinite, AsymptoticRate.Optimised(channel, AsymptoticRate.InfiniteDecoys(channel), f));
        Near(threeIntensities, AsymptoticRate.Optimised(channel, AnalyticDecoyBounds.Evaluate(channel, 0.2, 0.02, 0.2, 0.02), f));

        static void Near(double expected, AsymptoticRate actual) =>
            Assert.Equal(expected, Math.Max(0, actual.SecretBitsPerSlot), 6e-3 * expected);
    }

    [Fact]
    public void Unequal_arms_want_unequal_signals()
    {
        ExactChannel channel = new(new(2, 14, 0.8, 5e-8, 0.97, 0.003, 0.1));
        SinglePairBounds pairs = AsymptoticRate.InfiniteDecoys(channel);
        AsymptoticRate best = AsymptoticRate.Optimised(channel, pairs, 1.16);
        Assert.True(best.SecretBitsPerSlot > 0);
        for (double z = 0.05; z < 1.5; z += 0.05)
        {
            Assert.True(AsymptoticRate.At(channel, z, z, pairs, 1.16).SecretBitsPerSlot <= best.SecretBitsPerSlot);
        }
    }
}
