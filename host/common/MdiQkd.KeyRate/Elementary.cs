namespace MdiQkd.KeyRate;

/// <summary>Elementary functions that the runtime lacks or computes with cancellation.</summary>
internal static class Elementary
{
    /// <summary>e^x − 1 without cancellation, within a few units in the last place.</summary>
    internal static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.5)
        {
            return Math.Exp(x) - 1;
        }

        // e^x − 1 = 2 tanh(x/2) / (1 − tanh(x/2)): tanh keeps full relative accuracy near 0.
        double t = Math.Tanh(0.5 * x);
        return 2 * t / (1 - t);
    }

    /// <summary>(1 + d) ln(1 + d) − d for d ≥ −1: the exponent of the Chernoff bound; 0 at d = 0, 1 at d = −1.</summary>
    internal static double ChernoffExponent(double d)
    {
        if (d <= -1)
        {
            return 1;
        }

        if (Math.Abs(d) > 0.05)
        {
            return ((1 + d) * Math.Log(1 + d)) - d;
        }

        // Σ_{k≥2} (−d)^k / (k (k−1)): at |d| ≤ 0.05 fourteen terms reach 1e-18 of the first.
        double sum = 0;
        for (int k = 15; k >= 2; k--)
        {
            sum = (sum * -d) + (1.0 / (k * (k - 1)));
        }

        return sum * d * d;
    }

    /// <summary>Modified Bessel function I0 by its power series; all terms are positive. For |x| up to a few tens.</summary>
    internal static double BesselI0(double x)
    {
        double quarter = 0.25 * x * x;
        double term = 1;
        double sum = 1;
        for (int k = 1; term > 1e-17 * sum; k++)
        {
            term *= quarter / ((double)k * k);
            sum += term;
        }

        return sum;
    }

    /// <summary>Binary entropy in bits, taken as 1 from 1/2 on: a worse error rate never gives key back.</summary>
    internal static double BinaryEntropy(double p) =>
        p <= 0 ? 0
        : p >= 0.5 ? 1
        : (-p * Math.Log2(p)) - ((1 - p) * Math.Log2(1 - p));

    /// <summary>Poisson probability of n ≥ 0 photons at the given mean.</summary>
    internal static double Poisson(int n, double mean)
    {
        double probability = Math.Exp(-mean);
        for (int i = 1; i <= n; i++)
        {
            probability *= mean / i;
        }

        return probability;
    }
}
