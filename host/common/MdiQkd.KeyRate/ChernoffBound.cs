using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate;

/// <summary>
/// Chernoff bounds between an observed count and its expectation, each failing with probability ε at most; sums of independent
/// indicator variables that need not be identical. β = ln(1/ε).
/// </summary>
/// <remarks>
/// Simple form: Yin et al., Sci. Rep. 10, 14312 (2020), arXiv:2002.06530. Tight form: E − x + x ln(x/E) = β solved for the unknown one, Zhang,
/// Zhao, Razavi, Ma, PRA 95, 012333 (2017), arXiv:1611.02524. The left side is convex in either variable, so Newton's method started at
/// the simple bound approaches the root from outside and never crosses it but for rounding.
/// </remarks>
public sealed class ChernoffBound
{
    private const int IterationsMax = 100;

    // Two units in the last place: with less, rounding can keep the steps going to the limit.
    private const double Converged = 4e-16;

    private readonly double beta;
    private readonly bool tight;

    /// <summary>Bounds that each fail with probability ε at most.</summary>
    /// <param name="epsilon">Failure probability of one use, more than 0 and less than 0.5.</param>
    /// <param name="kind">Form of the bound.</param>
    /// <exception cref="KeyRateInputException">ε is out of range.</exception>
    public ChernoffBound(double epsilon, ChernoffKind kind)
    {
        KeyRateInputException.RequireInside(epsilon, 0, 0.5);
        beta = -Math.Log(epsilon);
        tight = kind == ChernoffKind.Tight;
    }

    /// <summary>Lower bound on the expectation of a count that was observed as x ≥ 0; 0 at least.</summary>
    public double ExpectationLower(double observed)
    {
        double simple = Math.Max(0, observed - (0.5 * (beta + Math.Sqrt((8 * beta * observed) + (beta * beta)))));
        if (!tight || observed <= 0)
        {
            return simple;
        }

        // The exponent still exceeds β at x exp(−β/x − 1): a start for small x, where the simple bound is 0.
        double start = Math.Max(simple, observed * Math.Exp((-beta / observed) - 1));
        return start < double.Epsilon / 1e-16 ? 0 : SolveExpectation(observed, start);
    }

    /// <summary>Upper bound on the expectation of a count that was observed as x ≥ 0.</summary>
    public double ExpectationUpper(double observed)
    {
        double simple = observed + beta + Math.Sqrt((2 * beta * observed) + (beta * beta));
        return !tight ? simple
            : observed <= 0 ? beta
            : SolveExpectation(observed, simple);
    }

    /// <summary>Lower bound on a count with expectation E ≥ 0; 0 at least.</summary>
    public double CountLower(double expectation)
    {
        double simple = Math.Max(0, expectation - Math.Sqrt(2 * beta * expectation));
        if (!tight)
        {
            return simple;
        }

        double start = Math.Max(simple, 1e-12 * expectation);
        return expectation <= beta || Exponent(start, expectation) < beta ? 0 : SolveCount(expectation, start);
    }

    /// <summary>Upper bound on a count with expectation E ≥ 0.</summary>
    public double CountUpper(double expectation)
    {
        double simple = expectation + (0.5 * (beta + Math.Sqrt((8 * beta * expectation) + (beta * beta))));
        return !tight ? simple
            : expectation <= 0 ? 0
            : SolveCount(expectation, simple);
    }

    private static double Exponent(double count, double expectation) =>
        expectation * ChernoffExponent((count - expectation) / expectation);

    private double SolveExpectation(double count, double start)
    {
        double expectation = start;
        for (int i = 0; i < IterationsMax; i++)
        {
            double step = (Exponent(count, expectation) - beta) / (1 - (count / expectation));
            expectation -= step;
            if (Math.Abs(step) <= Converged * expectation)
            {
                break;
            }
        }

        return expectation;
    }

    private double SolveCount(double expectation, double start)
    {
        double count = start;
        for (int i = 0; i < IterationsMax; i++)
        {
            double step = (Exponent(count, expectation) - beta) / Math.Log(count / expectation);
            count -= step;
            if (Math.Abs(step) <= Converged * count)
            {
                break;
            }
        }

        return count;
    }
}
