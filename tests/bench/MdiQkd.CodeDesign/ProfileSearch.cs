namespace MdiQkd.CodeDesign;

/// <summary>
/// Finds column degree profiles: for a syndrome of given length and a given mean degree, the profile that still
/// converges within a number of iterations at the highest QBER.
/// </summary>
/// <remarks>
/// Along a run of density evolution the loss that a degree makes of each incoming density is known, so the loss of
/// another profile nearby is linear in its edge shares. The predicted number of iterations is minimised over exchanges
/// between three degrees (which keep the total and the mean), inside a trust region; density evolution then confirms or
/// refutes. Degree 2 is limited to one column less than there are rows: more would close cycles of degree-2 columns.
/// </remarks>
public sealed class ProfileSearch
{
    private static readonly int[] AllDegrees = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 25, 30, 36];

    private readonly DensityEvolution evolution = new();
    private readonly Random random = new(1);
    private readonly int[] degrees;
    private readonly double checkDegree;
    private readonly double inverseMean;
    private readonly double degree2Limit;
    private readonly int iterations;

    /// <summary>A search.</summary>
    /// <param name="ratio">Syndrome bits per frame bit, m/n.</param>
    /// <param name="meanDegree">Mean column degree.</param>
    /// <param name="maxDegree">Largest column degree.</param>
    /// <param name="iterations">Flooding iterations allowed.</param>
    public ProfileSearch(double ratio, double meanDegree, int maxDegree, int iterations)
    {
        degrees = [.. AllDegrees.Where(degree => degree <= maxDegree)];
        checkDegree = meanDegree / ratio;
        inverseMean = 1 / meanDegree;
        degree2Limit = 2 * 0.95 / checkDegree;
        this.iterations = iterations;
    }

    /// <summary>Runs the search from mostly degree 3.</summary>
    /// <returns>The profile and the QBER it reaches.</returns>
    public (DegreeProfile Profile, double Qber) Find(double startQber, int steps)
    {
        double[] shares = Start();
        double qber = startQber;
        while (Iterations(shares, qber) >= iterations)
        {
            qber *= 0.97;
        }

        double trust = 0.15;
        for (int step = 0; step < steps && trust > 0.004; step++)
        {
            qber = Raise(shares, qber);
            var trajectory = new List<DensityEvolution.Point>();
            evolution.Run(degrees, shares, checkDegree, qber, iterations, trajectory);
            double[] candidate = Improve(shares, trajectory, trust);
            double candidateQber = Raise(candidate, qber);
            if (Iterations(candidate, candidateQber) < iterations && candidateQber > qber)
            {
                shares = candidate;
                qber = candidateQber;
            }
            else
            {
                trust *= 0.6;
            }
        }

        double[] nodes = [.. shares.Select((share, index) => share / degrees[index] / inverseMean)];
        int[] kept = [.. Enumerable.Range(0, degrees.Length).Where(index => nodes[index] > 0.0005)];
        return (new DegreeProfile([.. kept.Select(index => degrees[index])], [.. kept.Select(index => nodes[index])]), qber);
    }

    private int Iterations(double[] shares, double qber) => evolution.Run(degrees, shares, checkDegree, qber, iterations);

    private double Raise(double[] shares, double qber)
    {
        for (double factor = 0.02; factor > 0.002; factor /= 2)
        {
            while (Iterations(shares, qber * (1 + factor)) < iterations)
            {
                qber *= 1 + factor;
            }
        }

        return qber;
    }

    private double[] Start()
    {
        // Degree 3 and the degree nearest 10 that gives the mean.
        double[] shares = new double[degrees.Length];
        int high = Array.FindIndex(degrees, degree => degree >= Math.Min(10, degrees[^1]));
        double share = ((1.0 / 3) - inverseMean) / ((1.0 / 3) - (1.0 / degrees[high]));
        shares[1] = 1 - share;
        shares[high] = share;
        return shares;
    }

    private double[] Improve(double[] start, List<DensityEvolution.Point> points, double trust)
    {
        double[] shares = (double[])start.Clone();
        double best = Predicted(shares, start, points);
        for (int attempt = 0; attempt < 6000; attempt++)
        {
            double[] candidate = Exchange(shares, start, trust);
            double predicted = Predicted(candidate, start, points);
            if (predicted < best)
            {
                best = predicted;
                shares = candidate;
            }
        }

        return shares;
    }

    private double[] Exchange(double[] shares, double[] start, double trust)
    {
        int[] picked = [.. Enumerable.Range(0, degrees.Length)];
        random.Shuffle(picked);
        (int i, int j, int k) = (picked[0], picked[1], picked[2]);
        // d_i + d_j + d_k = 0 and d_i/i + d_j/j + d_k/k = 0.
        double a = 1.0 / degrees[i], b = 1.0 / degrees[j], c = 1.0 / degrees[k];
        double amount = trust * Math.Pow(10, -3 * random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1);
        double[] candidate = (double[])shares.Clone();
        candidate[i] += amount;
        candidate[j] += amount * (c - a) / (b - c);
        candidate[k] -= amount * (b - a) / (b - c);
        for (int index = 0; index < candidate.Length; index++)
        {
            if (candidate[index] < 0 || Math.Abs(candidate[index] - start[index]) > trust)
            {
                return shares;
            }
        }

        return candidate[0] > degree2Limit ? shares : candidate;
    }

    private static double Predicted(double[] shares, double[] start, List<DensityEvolution.Point> points)
    {
        double sum = 0;
        foreach (DensityEvolution.Point point in points)
        {
            double before = 0, after = 0;
            for (int index = 0; index < shares.Length; index++)
            {
                before += start[index] * point.LossByDegree[index];
                after += shares[index] * point.LossByDegree[index];
            }

            double step = Math.Log(point.Loss / after);
            if (step <= 0)
            {
                return double.PositiveInfinity;
            }

            sum += Math.Log(point.Loss / before) / step;
        }

        return sum;
    }
}
