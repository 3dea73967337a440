using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate.Decoy;

/// <summary>
/// Bounds on single-photon pairs from any set of decoy gains by linear programming: the smallest Y11 and the largest error yield W11
/// over all yields 0 ≤ Y_nm ≤ 1 with Σ P_n P_m Y_nm within the observed interval, photon numbers above a cut counted as anything
/// between 0 and 1. Ma, Fung, Razavi, PRA 86, 052305 (2012), section IV; Curty et al., Nat. Commun. 5, 3732 (2014).
/// </summary>
public static class LinearDecoyBounds
{
    /// <summary>Largest photon number of a user that has a yield of its own; v = 0.3 exceeds it in 1e-15 of the slots.</summary>
    public const int PhotonsMax = 11;

    private const int Side = PhotonsMax + 1;
    private const int SinglePair = Side + 1;

    /// <summary>Certified bounds: valid whatever the numerical solver did.</summary>
    /// <param name="observations">One to 64 pairs of intensities; more pairs only tighten the bounds.</param>
    /// <returns><see cref="SinglePairBounds.None"/> if the gains contradict each other or show no single pairs.</returns>
    /// <exception cref="KeyRateInputException">An observation is out of range.</exception>
    public static SinglePairBounds Evaluate(IReadOnlyList<GainObservation> observations)
    {
        ArgumentNullException.ThrowIfNull(observations);
        KeyRateInputException.RequireRange(observations.Count, 1, 64);
        double[,] weights = new double[observations.Count, Side * Side];
        double[] tails = new double[observations.Count];
        for (int i = 0; i < observations.Count; i++)
        {
            observations[i].Validate();
            double tailA = Tail(observations[i].IntensityA);
            double tailB = Tail(observations[i].IntensityB);
            tails[i] = tailA + tailB - (tailA * tailB);
            for (int j = 0; j < Side * Side; j++)
            {
                weights[i, j] = Poisson(j / Side, observations[i].IntensityA) * Poisson(j % Side, observations[i].IntensityB);
            }
        }

        double yield = Extreme(weights, tails, [.. observations.Select(o => (o.GainLower, o.GainUpper))], 1);
        double errorYield = -Extreme(weights, tails, [.. observations.Select(o => (o.ErrorLower, o.ErrorUpper))], -1);
        return yield > 0 && double.IsFinite(errorYield) ? new(yield, Math.Min(0.5, errorYield / yield)) : SinglePairBounds.None;
    }

    private static double Extreme(double[,] weights, double[] tails, (double Lower, double Upper)[] gains, double cost)
    {
        double[] lower = [.. gains.Select((gain, i) => Math.Max(0, gain.Lower - tails[i]))];
        double[] upper = [.. gains.Select(gain => gain.Upper)];
        double[] yields = new double[Side * Side];
        for (int j = 0; j < yields.Length; j++)
        {
            // A yield alone cannot exceed any observed gain: implied by the rows, but it keeps the allowance for rounding small.
            yields[j] = 1;
            for (int i = 0; i < gains.Length; i++)
            {
                yields[j] = weights[i, j] > upper[i] ? Math.Min(yields[j], upper[i] / weights[i, j]) : yields[j];
            }
        }

        double[] costs = new double[Side * Side];
        costs[SinglePair] = cost;
        return new BoundedLinearProgram(weights, lower, upper, yields, costs).TryMinimum(out double bound)
            ? bound
            : double.NegativeInfinity;
    }

    // Probability of more than PhotonsMax photons, summed upwards so that it keeps relative accuracy.
    private static double Tail(double mean)
    {
        double sum = 0;
        for (int n = PhotonsMax + 1; n < PhotonsMax + 60; n++)
        {
            sum += Poisson(n, mean);
        }

        return sum;
    }
}
