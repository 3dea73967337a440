using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;
using MdiQkd.KeyRate.ModePairing;

namespace MdiQkd.KeyRate.Tests.ModePairing;

public class ModePairingBlockTests(ITestOutputHelper output)
{
    private const double ClockHz = 1e9;

    private static readonly ModePairingUser User = new(0.45, 0.02, 0.3, 0.1);

    [Fact]
    public void Raw_key_is_what_a_simulation_of_rounds_counts()
    {
        // Rounds one by one: labels, global phases, clicks, pairing of neighbours, both with one pulse μ.
        ChannelParameters channel = new(4, 7, 0.9, 2e-3, 0.95);
        ModePairingUser a = User with { Pmu = 0.35 };
        ModePairingUser b = new(0.6, 0.05, 0.4, 0.1);
        const int Rounds = 3_000_000;
        const int RoundsMax = 12;
        ModePairingScenario scenario = Scenario(0) with { Channel = channel, Rounds = Rounds, PairingRoundsMax = RoundsMax };
        ModePairingBlock expected = ModePairingBlock.Plan(scenario, a, b, RoundsMax);
        ExactChannel exact = new(channel);
        Random random = new(11);
        int sifted = 0;
        int errors = 0;
        (int Round, int LabelA, int LabelB) first = (-1, 0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            int labelA = Draw(a, random);
            int labelB = Draw(b, random);
            PulseState stateA = new(labelA == 2 ? a.Mu : labelA == 1 ? a.Nu : 0, QubitBasis.Z, 0);
            PulseState stateB = new(labelB == 2 ? b.Mu : labelB == 1 ? b.Nu : 0, QubitBasis.Z, 0);
            WindowValues click = exact.ClickProbabilities(stateA, stateB, 2 * Math.PI * random.NextDouble());
            bool c = random.NextDouble() < click.CEarly;
            bool d = random.NextDouble() < click.DEarly;
            if (c == d)
            {
                continue;
            }

            if (first.Round < 0 || round - first.Round > RoundsMax)
            {
                first = (round, labelA, labelB);
                continue;
            }

            if (first.LabelA + labelA == 2 && first.LabelA != labelA && first.LabelB + labelB == 2 && first.LabelB != labelB)
            {
                sifted++;
                errors += labelA == labelB ? 1 : 0;
            }

            first.Round = -1;
        }

        output.WriteLine($"{sifted} of {expected.Sifted:F1}, {errors} errors of {expected.Sifted * expected.QberZ:F1}");

        // Binomial counts, 4 σ.
        Assert.Equal(expected.Sifted, sifted, 4 * Math.Sqrt(expected.Sifted));
        Assert.Equal(expected.Sifted * expected.QberZ, errors, 4 * Math.Sqrt(expected.Sifted * expected.QberZ));
    }

    [Theory]
    [InlineData(100, 1e13)]
    [InlineData(400, 1e14)]
    public void Finite_bounds_never_beat_the_truth(double km, double rounds)
    {
        ModePairingScenario scenario = Scenario(km) with { Rounds = rounds };
        ModePairingBlock finite = ModePairingBlock.Plan(scenario, User, User, 1e5);
        ModePairingBlock known = ModePairingBlock.PlanAsymptotic(scenario, User, User, 1e5);
        Assert.InRange(finite.Yield, 0.3 * known.Yield, known.Yield);
        Assert.InRange(finite.PhaseError, known.PhaseError, 0.3);
        Assert.InRange(finite.Ell, 1, known.Ell);
        Assert.Equal(known.Sifted, finite.Sifted);

        // With more and more rounds the bounds close in on each other: two decoys and vacuum lose about 5 %.
        ModePairingBlock endless = ModePairingBlock.Plan(scenario with { Rounds = 1e22 }, User, User, 1e5);
        Assert.InRange(endless.Yield, 0.9 * known.Yield, known.Yield);
    }

    [Fact]
    public void Rate_falls_with_the_root_of_the_transmittance_and_crosses_the_repeaterless_bound()
    {
        double[] rates = [.. new[] { 50.0, 300, 400 }.Select(Rate)];
        double[] bounds = [.. new[] { 50.0, 300, 400 }.Select(km => ClockHz * RepeaterlessBound.BitsPerUse(Math.Pow(10, -0.016 * km)))];
        output.WriteLine($"{rates[0]:G4} {rates[1]:G4} {rates[2]:G4} b/s, bounds {bounds[0]:G4} {bounds[1]:G4} {bounds[2]:G4}");
        Assert.True(rates[0] < bounds[0] && rates[2] > bounds[2]);

        // 16 dB more: 8 dB for the root, a little more for the shorter blocks.
        Assert.InRange(rates[1] / rates[2], Math.Pow(10, 0.8), Math.Pow(10, 1.1));

        static double Rate(double km) => ModePairingOptimiser.Optimise(Scenario(km)).Block.Ell / Scenario(km).Rounds * ClockHz;
    }

    [Fact]
    public void Optimised_rate_never_rises_with_loss_dark_counts_drift_or_error()
    {
        ModePairingScenario scenario = Scenario(250);
        double best = Ell(scenario);
        Assert.True(best > 0);
        ChannelParameters channel = scenario.Channel;

        // The search stops within a few tenths of a per cent.
        Assert.All(
            new[]
            {
                scenario with { Channel = channel with { ArmLossDbA = channel.ArmLossDbA + 1 } },
                scenario with { Channel = channel with { DarkCountsPerWindow = 1e-7 } },
                scenario with { Channel = channel with { Overlap = 0.9 } },
                scenario with { Channel = channel with { Extinction = 0.01 } },
                scenario with { Phase = new(1e5) },
                scenario with { Blind = new(60, 60) },
            },
            worse => Assert.InRange(Ell(worse), 0, best * 1.003));
        Assert.InRange(best, 0, ModePairingOptimiser.OptimiseAsymptotic(scenario).Block.Ell);

        static double Ell(ModePairingScenario s) => ModePairingOptimiser.Optimise(s).Block.Ell;
    }

    [Fact]
    public void Unequal_arms_have_settings_of_their_own()
    {
        ModePairingScenario scenario = Scenario(200) with { Channel = Channel(10, 26) };
        ModePairingOptimum optimum = ModePairingOptimiser.Optimise(scenario);
        Assert.True(optimum.Block.Ell > ModePairingBlock.Plan(scenario, User, User, 1e5).Ell);
        Assert.True(optimum.A.Mu < optimum.B.Mu);
        Assert.Equal(optimum, ModePairingOptimiser.Optimise(scenario));
    }

    [Fact]
    public void Hopeless_scenario_gives_no_key_and_bad_input_is_refused()
    {
        Assert.True(ModePairingOptimiser.Optimise(Scenario(900)).Block.Ell <= 0);
        Refused("muA", () => ModePairingBlock.Plan(Scenario(100), User with { Mu = double.NaN }, User, 100), "mua");
        Refused("nu", () => ModePairingBlock.Plan(Scenario(100), User, User with { Nu = 0.5 }, 100), "nub");
        Refused("p", () => ModePairingBlock.Plan(Scenario(100), User with { Pmu = 0.95 }, User, 100), "poa");
        Refused("l", () => ModePairingBlock.Plan(Scenario(100), User, User, 0), "pairingRoundsMax");
        Refused("slices", () => ModePairingOptimiser.Optimise(Scenario(100) with { Phase = new(Slices: 7) }), "Slices");

        static void Refused(string what, Action action, string field)
        {
            KeyRateInputException refusal = Assert.Throws<KeyRateInputException>(action);
            Assert.True(refusal.Field == field, $"{what}: {refusal.Message}");
        }
    }

    private static int Draw(ModePairingUser user, Random random)
    {
        double uniform = random.NextDouble();
        return uniform < user.Pmu ? 2 : uniform < user.Pmu + user.Pnu ? 1 : 0;
    }

    // 0.16 dB/km, SNSPDs, a day at 1 GHz.
    private static ModePairingScenario Scenario(double km) => new(
        Channel(0.08 * km, 0.08 * km), BlindBins.None, 86400 * ClockHz, 1 / ClockHz, new(), 1e6, new(), 1.1);

    private static ChannelParameters Channel(double lossA, double lossB) => new(lossA, lossB, 0.8, 1e-9, 0.97, 0.001);
}
