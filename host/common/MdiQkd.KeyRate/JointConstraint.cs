namespace MdiQkd.KeyRate;

/// <summary>
/// Bound on a weighted sum of expectations from the observed counts, by bounding sums of counts instead of each count alone: with
/// the weights ascending, Σ c_i E_i = Σ_k (c_k − c_{k−1}) (E_k + … + E_last), and every bracket is the expectation of one observed
/// sum. Zhou, Yu, Wang, PRA 93, 042324 (2016), arXiv:1502.01262.
/// </summary>
internal static class JointConstraint
{
    /// <summary>Lower bound; uses the Chernoff bound once per term.</summary>
    internal static double Lower(ChernoffBound chernoff, Span<(double Weight, double Count)> terms) =>
        Bound(terms, chernoff.ExpectationLower);

    /// <summary>Upper bound; uses the Chernoff bound once per term.</summary>
    internal static double Upper(ChernoffBound chernoff, Span<(double Weight, double Count)> terms) =>
        Bound(terms, chernoff.ExpectationUpper);

    // Sorts the caller's terms in place.
    private static double Bound(Span<(double Weight, double Count)> terms, Func<double, double> expectation)
    {
        terms.Sort(static (x, y) => x.Weight.CompareTo(y.Weight));
        double remaining = 0;
        foreach ((_, double count) in terms)
        {
            remaining += count;
        }

        double sum = 0;
        double previous = 0;
        foreach ((double weight, double count) in terms)
        {
            sum += (weight - previous) * expectation(Math.Max(0, remaining));
            remaining -= count;
            previous = weight;
        }

        return sum;
    }
}
