using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.ModePairing;

namespace MdiQkd.KeyRate.Tests.ModePairing;

public class PairedRoundsTests
{
    private static readonly ModePairingUser A = new(0.45, 0.05, 0.3, 0.1);
    private static readonly ModePairingUser B = new(0.6, 0.08, 0.25, 0.15);
    private static readonly ChannelParameters Parameters = new(3, 5, 0.8, 1e-4, 0.95);

    [Fact]
    public void Gain_of_two_rounds_is_that_of_the_two_bins_of_a_slot()
    {
        // One pulse each: in different rounds or in the same, with probability 1/2.
        ExactChannel channel = new(Parameters with { AcceptPsiPlus = true });
        double different = Single(A.Mu, 0) * Single(0, B.Mu);
        double same = Single(A.Mu, B.Mu) * Single(0, 0);
        PairGain gain = channel.Gain(A.Mu, QubitBasis.Z, B.Mu, QubitBasis.Z);
        Assert.Equal(0.5 * (different + same), gain.Gain, 1e-14);
        Assert.Equal(0.5 * same, gain.ErrorGain, 1e-14);

        double Single(double a, double b) => PairedRounds.SingleClick(channel, a, b);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    public void Pairs_and_distances_are_those_of_the_pairing_rule(double roundsMax)
    {
        PairedRounds expected = new(new(Parameters), BlindBins.None, A, B, roundsMax);
        Random random = new(5);
        const int Rounds = 2_000_000;
        int pairs = 0;
        long distances = 0;
        int waiting = -1;
        for (int round = 0; round < Rounds; round++)
        {
            if (waiting >= 0 && round - waiting > roundsMax)
            {
                waiting = -1;
            }

            if (random.NextDouble() >= expected.Click)
            {
                continue;
            }

            if (waiting < 0)
            {
                waiting = round;
            }
            else
            {
                pairs++;
                distances += round - waiting;
                waiting = -1;
            }
        }

        // A renewal process whose intervals scatter no more than their mean: fewer than Poisson fluctuations, 4 σ.
        Assert.Equal(Rounds * expected.PairsPerRound, pairs, 4 * Math.Sqrt(pairs));
        Assert.Equal(expected.MeanDistance, (double)distances / pairs, 4 * expected.MeanDistance / Math.Sqrt(pairs));
    }

    [Fact]
    public void Mean_cosine_is_the_average_over_distances_and_slices()
    {
        PairingPhase phase = new(1e4, 2e4, 8);
        const double Click = 0.02;
        const int RoundsMax = 150;
        const double RoundSeconds = 2e-8;
        double sum = 0;
        double weights = 0;
        for (int k = 1; k <= RoundsMax; k++)
        {
            double weight = Math.Pow(1 - Click, k - 1);
            weights += weight;
            sum += weight * Math.Cos(phase.RadPerSecond * k * RoundSeconds);
        }

        // Two phases, each uniform over its slice, by midpoints.
        const int Points = 400;
        double width = 2 * Math.PI / phase.Slices;
        double slices = 0;
        for (int i = 0; i < Points * Points; i++)
        {
            slices += Math.Cos(width * ((i / Points) - (i % Points)) / Points);
        }

        double expected = sum / weights * slices / (Points * Points);
        Assert.Equal(expected, phase.MeanCosine(Click, RoundsMax, RoundSeconds), 1e-5);
        Assert.Equal(0.25, phase.KeptShare);
    }

    [Fact]
    public void Dead_time_thins_rounds_out()
    {
        PairedRounds live = new(new(Parameters), BlindBins.None, A, B, 1000);
        PairedRounds dead = new(new(Parameters), new(11, 11), A, B, 1000);
        Assert.Equal(live.LiveClick, dead.LiveClick);
        Assert.True(dead.Click < 0.9 * live.Click && dead.PairsPerRound < live.PairsPerRound);
    }
}
