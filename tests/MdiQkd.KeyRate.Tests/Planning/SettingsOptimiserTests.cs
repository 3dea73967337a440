using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.Tests.Planning;

public class SettingsOptimiserTests(ITestOutputHelper output)
{
    // An evaluation takes 0.18 to 0.26 ms on one core of the reference machine: a pair under 2 s, a symmetric point under 0.2 s.
    private const int PairEvaluationsMax = 4_000;
    private const int SymmetricEvaluationsMax = 800;

    [Theory]
    [InlineData(30, 40, 1.5)]
    [InlineData(30, 50, 0.7)]
    [InlineData(40, 50, 0.45)]
    public void Demo_pairs_gain_over_the_starting_points_of_the_issue(double kmA, double kmB, double megabits)
    {
        DemoNetwork.Pair pair = DemoNetwork.PairOf(kmA, kmB);
        BlockScenario scenario = Scenario(pair.Channel);
        OptimisedSettings best = SettingsOptimiser.Optimise(scenario);
        double before = ExpectedBlock.Plan(scenario, pair.A, pair.B).Key.Ell;
        output.WriteLine($"{kmA}-{kmB} km: {before:F0} -> {best.Block.Key.Ell:F0}, {best.Evaluations} evaluations");
        output.WriteLine($"A {best.A}\nB {best.B}");
        Assert.True(best.Block.Key.Ell > Math.Max(before, 1e6 * megabits));
        Assert.InRange(best.Evaluations, 1, PairEvaluationsMax);

        // Whole-number settings lose nothing that matters.
        Assert.Null(best.SourceA.Fault());
        Assert.Equal(best.Block.Key.Ell, ExpectedBlock.Plan(scenario, best.SourceA, best.SourceB).Key.Ell, 1e-3 * best.Block.Key.Ell);
    }

    [Fact]
    public void Symmetric_points_reach_the_optima_of_the_reference()
    {
        // The last thirty vectors are optimised by the reference: hub-like set, 1.5 dB hub loss per arm, total lengths of 20 to 160 km.
        int[] lengths = [20, 40, 60, 70, 80, 90, 100, 120, 140, 160];
        for (int i = 0; i < lengths.Length; i += 2)
        {
            ReferenceVector vector = ReferenceVector.All[36 + i];
            double arm = (0.1 * lengths[i]) + 1.5;
            BlockScenario scenario = new(
                new(arm, arm, 0.6, 1e-7, MisalignmentZ: 0.005, MisalignmentX: 0.02), BlindBins.None, vector.Parameters.N, new(), vector.Efficiency);
            OptimisedSettings best = SettingsOptimiser.Optimise(scenario);
            double reference = vector.Out.GetProperty("ell").GetDouble();
            output.WriteLine($"{lengths[i]} km: {best.Block.Key.Ell / reference:F5} of the reference, {best.Evaluations} evaluations");
            Assert.True(best.Block.Key.Ell > 0.998 * reference);
            Assert.InRange(best.Evaluations, 1, SymmetricEvaluationsMax);
            Assert.Equal(best.A, best.B);
        }
    }

    [Fact]
    public void Coarse_to_fine_grid_finds_nothing_better_for_equal_arms()
    {
        BlockScenario scenario = Scenario(DemoNetwork.Channel(40, 40));
        double best = SettingsOptimiser.Optimise(scenario).Block.Key.Ell;
        UserParameters start = new(0.6, 0.2, 0.06, 0.7, 0.07, 0.19, 0.04);
        double grid = CoarseToFine(scenario, [Numbers(start)], p => (User(p[0]), User(p[0])), 6);
        output.WriteLine($"search {best:F0}, grid {grid:F0}");
        Assert.True(best > 0.995 * grid);
        Assert.True(grid > 0.9 * best, "the grid is no test if it finds nothing");
    }

    [Fact]
    public void Coarse_to_fine_grid_finds_nothing_better_for_unequal_arms()
    {
        BlockScenario scenario = Scenario(DemoNetwork.Pair3050.Channel);
        double best = SettingsOptimiser.Optimise(scenario).Block.Key.Ell;

        // Six numbers of one user at a time on a grid, in turn; twelve at once would be half a million points a round.
        double grid = CoarseToFine(
            scenario,
            [Numbers(UserParameters.FromSettings(DemoNetwork.Pair3050.A)), Numbers(UserParameters.FromSettings(DemoNetwork.Pair3050.B))],
            p => (User(p[0]), User(p[1])),
            5);
        output.WriteLine($"search {best:F0}, grid {grid:F0}");
        Assert.True(best > 0.995 * grid);
        Assert.True(grid > 0.9 * best, "the grid is no test if it finds nothing");
    }

    [Fact]
    public void Result_does_not_depend_on_the_start_or_on_who_is_a()
    {
        BlockScenario scenario = Scenario(DemoNetwork.Pair3040.Channel);
        OptimisedSettings best = SettingsOptimiser.Optimise(scenario);
        OptimisedSettings again = SettingsOptimiser.Optimise(scenario);
        Assert.Equal(best.A, again.A);
        Assert.Equal(best.B, again.B);
        UserParameters other = new(0.3, 0.3, 0.03, 0.4, 0.2, 0.2, 0.2);
        OptimisedSettings elsewhere = SettingsOptimiser.Optimise(scenario, start: (other, other with { Z = 0.8 }));
        Assert.Equal(best.Block.Key.Ell, elsewhere.Block.Key.Ell, 2e-3 * best.Block.Key.Ell);
        OptimisedSettings exchanged = SettingsOptimiser.Optimise(Scenario(DemoNetwork.Channel(40, 30)));
        Assert.Equal(best.Block.Key.Ell, exchanged.Block.Key.Ell, 2e-3 * best.Block.Key.Ell);
    }

    [Fact]
    public void Very_unequal_arms_need_their_own_signals()
    {
        OptimisedSettings best = SettingsOptimiser.Optimise(Scenario(DemoNetwork.Channel(10, 60)));
        Assert.True(best.Block.Key.Ell > 400_000);
        Assert.True(best.A.Z < 0.6 * best.B.Z);
    }

    [Fact]
    public void Three_intensities_give_less_than_four()
    {
        BlockScenario scenario = Scenario(DemoNetwork.Channel(40, 40));
        OptimisedSettings three = SettingsOptimiser.Optimise(scenario, threeIntensities: true);
        Assert.Equal(three.A.Z, three.A.V);
        Assert.True(three.Block.Key.Ell > 0);
        Assert.True(three.Block.Key.Ell < SettingsOptimiser.Optimise(scenario).Block.Key.Ell);
    }

    [Fact]
    public void Optimised_rate_never_rises_with_loss_dark_counts_or_error()
    {
        ChannelParameters channel = DemoNetwork.Channel(40, 40);
        double[] rates = [.. RateSweep.Run([
            Scenario(channel),
            Scenario(channel with { ArmLossDbA = channel.ArmLossDbA + 1 }),
            Scenario(channel with { ArmLossDbA = channel.ArmLossDbA + 2, ArmLossDbB = channel.ArmLossDbB + 1 }),
            Scenario(channel with { DarkCountsPerWindow = 1e-6 }),
            Scenario(channel with { Extinction = 0.01 }),
            Scenario(channel with { Overlap = 0.9 }),
            Scenario(channel with { PhaseErrorRad = 0.3 }),
            Scenario(channel) with { Blind = BlindBins.None },
        ]).Select(p => p.Block.SecretBitsPerSlot)];

        // The search stops within 0.05 %.
        Assert.True(rates[1] < rates[0] * 1.001 && rates[2] < rates[1] * 1.001);
        Assert.All(rates[3..7], rate => Assert.InRange(rate, 0, rates[0] * 1.001));
        Assert.True(rates[7] > rates[0]);
    }

    [Fact]
    public void Hopeless_scenario_gives_no_key_and_ends()
    {
        OptimisedSettings none = SettingsOptimiser.Optimise(Scenario(DemoNetwork.Channel(200, 200)));
        Assert.True(none.Block.Key.Ell <= 0);
        Assert.Equal(0, none.Block.SecretBitsPerSlot);
        OptimisedSettings noisy = SettingsOptimiser.Optimise(Scenario(DemoNetwork.Channel(30, 30) with { Overlap = 0.2 }));
        Assert.True(noisy.Block.Key.Ell <= 0);
    }

    [Fact]
    public void Bad_scenario_is_refused()
    {
        BlockScenario scenario = Scenario(DemoNetwork.Channel(30, 40));
        Assert.Throws<KeyRateInputException>(() => SettingsOptimiser.Optimise(scenario with { Slots = -1 }));
        Assert.Throws<KeyRateInputException>(
            () => RateSweep.Run([scenario with { Channel = scenario.Channel with { Overlap = double.NaN } }]));
    }

    private static BlockScenario Scenario(ChannelParameters channel) =>
        new(channel, DemoNetwork.DeadTime, DemoNetwork.BlockSlots, new());

    // Three points per number around the best so far, one user's numbers at a time; the spacing shrinks when the centre is best.
    private static double CoarseToFine(
        BlockScenario scenario, double[][] users, Func<double[][], (UserParameters A, UserParameters B)> decode, int rounds)
    {
        BlockScenario coarse = scenario with { Estimation = new(ScanPoints: 15) };
        double best = Value();
        double spacing = 0.25;
        for (int round = 0; round < rounds; round++, spacing *= 0.6)
        {
            foreach (double[] user in users)
            {
                double[] centre = [.. user];
                double[] winner = [.. user];
                for (int point = 0; point < 729; point++)
                {
                    int digits = point;
                    for (int i = 0; i < user.Length; i++, digits /= 3)
                    {
                        user[i] = centre[i] + (spacing * ((digits % 3) - 1));
                    }

                    double value = Value();
                    if (value > best)
                    {
                        best = value;
                        user.CopyTo(winner, 0);
                    }
                }

                winner.CopyTo(user, 0);
            }
        }

        return best;

        double Value()
        {
            (UserParameters a, UserParameters b) = decode(users);
            return a.W < a.V && b.W < b.V ? ExpectedBlock.Plan(coarse, a, b).Key.Ell : double.MinValue;
        }
    }

    private static double[] Numbers(UserParameters u) =>
        [Math.Log(u.Z), Math.Log(u.V), Math.Log(u.W), Math.Log(u.Pz / u.Po), Math.Log(u.Pv / u.Po), Math.Log(u.Pw / u.Po)];

    private static UserParameters User(double[] numbers)
    {
        double[] e = [.. numbers.Select(Math.Exp)];
        double sum = 1 + e[3] + e[4] + e[5];
        return new(e[0], e[1], e[2], e[3] / sum, e[4] / sum, e[5] / sum, 1 / sum);
    }
}
