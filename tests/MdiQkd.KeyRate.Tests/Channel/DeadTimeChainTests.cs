using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Tests.Channel;

public class DeadTimeChainTests
{
    // Rows "200 MHz, dead 30 ns" of physics.md 5.2 for 30 km and 40 km.
    private static readonly SourceSettings Row30 = SourceSettings.FromReal(0.581, 0.163, 0.062, 0.732, 0.065, 0.176);
    private static readonly SourceSettings Row40 = SourceSettings.FromReal(0.593, 0.185, 0.065, 0.690, 0.069, 0.212);

    [Fact]
    public void Bins_within_the_dead_time_are_blind_the_bin_at_its_end_is_live()
    {
        Assert.Equal(new BlindBins(11, 11), DemoNetwork.DeadTime);
        Assert.Equal(new BlindBins(12, 12), BlindBins.FromTiming(DemoNetwork.Timing, 30_001));
        Assert.Equal(BlindBins.None, BlindBins.FromTiming(DemoNetwork.Timing, 2500));

        // 10 ns slots, bins 3 ns apart: after an early click at 3, 10, 13 ns; after a late click at 7, 10, 17 ns.
        SlotTiming uneven = new(10_000, 3_000, 1_000);
        Assert.Equal(new BlindBins(1, 0), BlindBins.FromTiming(uneven, 7_000));
        Assert.Equal(new BlindBins(2, 2), BlindBins.FromTiming(uneven, 12_000));
    }

    [Theory]
    [InlineData(30, 30, 0.681, 0.664, 0.662)]
    [InlineData(30, 40, 0.732, 0.717, 0.715)]
    [InlineData(40, 50, 0.814, 0.804, 0.803)]
    public void Gain_ratios_of_the_reference(double kmA, double kmB, double zz, double vv, double ww)
    {
        SourceSettings source = kmB > 30 ? Row40 : Row30;
        ExactChannel channel = new(DemoNetwork.Channel(kmA, kmB));
        DeadTimeChain chain = new(DeadTimeChain.MixedPatterns(channel, source, source), DemoNetwork.DeadTime);

        // The reference gives three digits.
        Assert.Equal(zz, Ratio(channel, chain, source, source, IntensityLabel.Z), 6e-4);
        Assert.Equal(vv, Ratio(channel, chain, source, source, IntensityLabel.V), 6e-4);
        Assert.Equal(ww, Ratio(channel, chain, source, source, IntensityLabel.W), 6e-4);
    }

    [Fact]
    public void Without_dead_time_the_chain_changes_nothing()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        ExactChannel channel = new(pair.Channel with { AcceptPsiPlus = true });
        DeadTimeChain chain = new(DeadTimeChain.MixedPatterns(channel, pair.A, pair.B), BlindBins.None);
        Assert.Equal(1, chain.Stationary.BothLive, 1e-13);
        foreach (IntensityLabel label in Enum.GetValues<IntensityLabel>())
        {
            PairGain ideal = channel.Gain(pair.A, label, pair.B, label);
            PairGain real = chain.Gain(channel, pair.A, label, pair.B, label);
            Assert.Equal(ideal.Gain, real.Gain, 1e-12 * ideal.Gain);
            Assert.Equal(ideal.ErrorGain, real.ErrorGain, 1e-12 * ideal.Gain);
        }
    }

    [Fact]
    public void Dead_time_beyond_the_bin_spacing_leaves_no_psi_plus()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        ExactChannel channel = new(pair.Channel);
        DeadTimeChain chain = new(DeadTimeChain.MixedPatterns(channel, pair.A, pair.B), new(1, 0));
        BsmProbabilities outcome = chain.Outcomes(channel, new(0.6, QubitBasis.Z, 0), new(0.6, QubitBasis.Z, 1));
        Assert.Equal(0, outcome.PsiPlus);
        Assert.True(outcome.PsiMinus > 0);
    }

    [Fact]
    public void Singles_of_one_detector_follow_the_renewal_formula()
    {
        // Slots in which one window alone can click, c early with probability p: a click every 1/p live slots plus 5 blind slots
        // (11 blind bins end with the late bin of the fifth slot after), so the rate is p / (1 + 5 p).
        double p = 0.2;
        double[] patterns = new double[ExactChannel.Patterns];
        patterns[0] = 1 - p;
        patterns[ExactChannel.CEarlyBit] = p;
        DeadTimeChain chain = new(patterns, new(11, 11));
        Assert.Equal(p / (1 + (5 * p)), chain.Singles().CEarly, 1e-12);
    }

    [Fact]
    public void Detectors_recover_together_after_a_coincidence()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        ExactChannel channel = new(pair.Channel);
        DeadTimeChain chain = new(DeadTimeChain.MixedPatterns(channel, pair.A, pair.B), DemoNetwork.DeadTime);
        for (int slot = 1; slot <= 5; slot++)
        {
            Assert.Equal(new JointLiveness(0, 0, 0), chain.AfterCoincidence(earlyInC: true, slot));
        }

        // Early click in c at bin 0 and late click in d at bin 1: live again at bins 12 and 13, the early and late bin of slot 6.
        Assert.Equal(new JointLiveness(0, 1, 0), chain.AfterCoincidence(earlyInC: true, 6));
        Assert.Equal(new JointLiveness(0, 0, 1), chain.AfterCoincidence(earlyInC: false, 6));

        // One slot later both are live unless c took its chance in slot 6: far above the stationary value.
        Assert.True(chain.AfterCoincidence(earlyInC: true, 7).BothLive > 0.8);
        JointLiveness late = chain.AfterCoincidence(earlyInC: true, 400);
        Assert.Equal(chain.Stationary.BothLive, late.BothLive, 1e-9);
        Assert.Equal(chain.Stationary.CEarlyDLate, late.CEarlyDLate, 1e-9);
        Assert.Equal(chain.Stationary.DEarlyCLate, chain.Stationary.CEarlyDLate, 1e-12);
    }

    [Fact]
    public void Chain_agrees_with_a_click_by_click_simulation()
    {
        DemoNetwork.Pair pair = DemoNetwork.Pair3040;
        ExactChannel channel = new(pair.Channel with { ArmLossDbA = 3, ArmLossDbB = 4 });
        double[] patterns = DeadTimeChain.MixedPatterns(channel, pair.A, pair.B);
        DeadTimeChain chain = new(patterns, DemoNetwork.DeadTime);
        WindowValues singles = chain.Singles();
        double[] observed = new double[ExactChannel.Patterns];
        chain.ObservedPatterns(patterns, observed);
        double psiMinus = observed[0b1001] + observed[0b0110];

        const int Slots = 2_000_000;
        Random random = new(20260);
        long singleCount = 0;
        long psiMinusCount = 0;
        long cLiveAtPs = 0;
        long dLiveAtPs = 0;
        for (long slot = 0; slot < Slots; slot++)
        {
            int would = Draw(random.NextDouble());
            int seen = 0;
            for (int bin = 0; bin < 2; bin++)
            {
                long nowPs = (slot * 5000) + (bin * 2500);
                if (((would >> bin) & 1) != 0 && nowPs >= cLiveAtPs)
                {
                    seen |= 1 << bin;
                    cLiveAtPs = nowPs + 30_000;
                }

                if (((would >> (bin + 2)) & 1) != 0 && nowPs >= dLiveAtPs)
                {
                    seen |= 4 << bin;
                    dLiveAtPs = nowPs + 30_000;
                }
            }

            singleCount += int.PopCount(seen);
            psiMinusCount += seen is 0b1001 or 0b0110 ? 1 : 0;
        }

        // Counts under dead time are sub-Poissonian; 4 σ of the Poisson value is a safe margin for both.
        Assert.Equal(singles.Sum * Slots, singleCount, 4 * Math.Sqrt(singles.Sum * Slots));
        Assert.Equal(psiMinus * Slots, psiMinusCount, 4 * Math.Sqrt(psiMinus * Slots));

        int Draw(double uniform)
        {
            for (int pattern = 0; pattern < patterns.Length - 1; pattern++)
            {
                uniform -= patterns[pattern];
                if (uniform < 0)
                {
                    return pattern;
                }
            }

            return patterns.Length - 1;
        }
    }

    private static double Ratio(
        ExactChannel channel, DeadTimeChain chain, SourceSettings a, SourceSettings b, IntensityLabel label) =>
        chain.Gain(channel, a, label, b, label).Gain / channel.Gain(a, label, b, label).Gain;
}
