using MdiQkd.KeyRate.Planning;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>
/// Chooses intensities, probabilities and the longest pairing distance of a mode-pairing block. Deterministic; a Rosenbrock search in the
/// logarithms, from blocks long enough to have a key down to the wanted length.
/// </summary>
public static class ModePairingOptimiser
{
    private const double FirstStep = 0.3;
    private const double LastStep = 2e-3;
    private const int EvaluationsMax = 1_200;
    private const double LengtheningMax = 1e9;
    private const double DistanceStep = 4;

    /// <summary>Best finite block.</summary>
    /// <exception cref="KeyRateInputException">The scenario is out of range.</exception>
    public static ModePairingOptimum Optimise(ModePairingScenario scenario) => Optimise(scenario, ModePairingBlock.Plan);

    /// <summary>Best settings for infinitely many rounds and decoy intensities.</summary>
    /// <exception cref="KeyRateInputException">The scenario is out of range.</exception>
    public static ModePairingOptimum OptimiseAsymptotic(ModePairingScenario scenario) =>
        Optimise(scenario, ModePairingBlock.PlanAsymptotic);

    private static ModePairingOptimum Optimise(
        ModePairingScenario scenario,
        Func<ModePairingScenario, ModePairingUser, ModePairingUser, double, ModePairingBlock> plan)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        scenario.Validate();
        double balance = Math.Pow(10, 0.05 * Math.Clamp(scenario.Channel.ArmLossDbA - scenario.Channel.ArmLossDbB, -14, 14));
        bool symmetric = scenario.Channel.ArmLossDbA == scenario.Channel.ArmLossDbB;

        // ln of the longest distance, then per user ln μ, ln(ν/μ), ln(pμ/po), ln(pν/po).
        double[] user = [Math.Log(0.4), Math.Log(0.1), Math.Log(0.45), Math.Log(0.3)];
        double[] point = [Math.Log(scenario.PairingRoundsMax), .. user, .. symmetric ? [] : user];
        point[1] += Math.Log(balance);
        if (!symmetric)
        {
            point[1 + user.Length] -= Math.Log(balance);
        }

        // Too long a distance loses the phase, too short a one the pairs: some distance has a key if any has.
        double lengthening = 1;
        while (!TryDistance(lengthening) && lengthening < LengtheningMax)
        {
            lengthening *= 3;
        }

        while (lengthening > 1)
        {
            double present = lengthening;
            RosenbrockSearch.Maximise(p => Value(p, present), point, FirstStep, 10 * LastStep, EvaluationsMax);
            double factor = lengthening;
            while (factor > 1.02 && Value(point, lengthening / factor) == double.NegativeInfinity)
            {
                factor = Math.Sqrt(factor);
            }

            if (factor <= 1.02)
            {
                break;
            }

            lengthening /= factor;
        }

        if (lengthening <= 1)
        {
            // A second search with fresh directions leaves kinks where the first stopped.
            RosenbrockSearch.Maximise(p => Value(p, 1), point, FirstStep, LastStep, EvaluationsMax);
            RosenbrockSearch.Maximise(p => Value(p, 1), point, FirstStep, LastStep, EvaluationsMax);
        }

        (ModePairingUser bestA, ModePairingUser bestB, double distance) = Decode(point);
        return new(bestA, bestB, distance, plan(scenario, bestA, bestB, distance));

        bool TryDistance(double longer)
        {
            for (double distance = scenario.PairingRoundsMax; distance >= 1; distance /= DistanceStep)
            {
                point[0] = Math.Log(distance);
                if (Value(point, longer) > double.NegativeInfinity)
                {
                    return true;
                }
            }

            return false;
        }

        double Value(double[] at, double longer)
        {
            if (at.Any(x => Math.Abs(x) > 25) || at[1] > 0.69 || at[^4] > 0.69 || at[2] > -0.05 || at[^3] > -0.05
                || at[0] < 0 || at[0] > Math.Log(scenario.PairingRoundsMax))
            {
                return double.NegativeInfinity;
            }

            (ModePairingUser a, ModePairingUser b, double roundsMax) = Decode(at);
            double ell = plan(scenario with { Rounds = scenario.Rounds * longer }, a, b, roundsMax).Ell;
            return ell > 0 ? Math.Log(ell / longer) : double.NegativeInfinity;
        }

        (ModePairingUser A, ModePairingUser B, double Distance) Decode(double[] at) =>
            (User(at, 1), User(at, symmetric ? 1 : 1 + user.Length), Math.Exp(at[0]));
    }

    private static ModePairingUser User(double[] point, int from)
    {
        double mu = Math.Exp(point[from]);
        double oddsMu = Math.Exp(point[from + 2]);
        double oddsNu = Math.Exp(point[from + 3]);
        double sum = 1 + oddsMu + oddsNu;
        return new(mu, mu * Math.Exp(point[from + 1]), oddsMu / sum, oddsNu / sum);
    }
}
