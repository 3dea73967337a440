namespace MdiQkd.KeyRate.Planning;

/// <summary>
/// Deterministic maximisation of a continuous function with kinks, without derivatives: Rosenbrock, Comput. J. 3, 175 (1960). Steps
/// along each of a set of orthogonal directions grow on success and turn round on failure; after each stage the directions are
/// rotated to the progress made, so that valleys that run across the coordinates are followed.
/// </summary>
internal static class RosenbrockSearch
{
    private const double Grow = 2.5;
    private const double Shrink = -0.45;

    /// <summary>Moves <paramref name="point"/> to a local maximum.</summary>
    /// <param name="value">Function; negative infinity where it is not defined. Not called with the same point twice on purpose.</param>
    /// <param name="point">Start, overwritten by the best point found; the function must be defined there.</param>
    /// <param name="firstStep">Length of the first steps.</param>
    /// <param name="lastStep">The search ends when all steps have become shorter.</param>
    /// <param name="evaluationsMax">The search ends after so many calls.</param>
    /// <returns>Value at the best point.</returns>
    internal static double Maximise(
        Func<double[], double> value, double[] point, double firstStep, double lastStep, int evaluationsMax)
    {
        int size = point.Length;
        double[][] directions = new double[size][];
        for (int i = 0; i < size; i++)
        {
            directions[i] = new double[size];
            directions[i][i] = 1;
        }

        double best = value(point);
        int evaluations = 1;
        double step = firstStep;
        double[] trial = new double[size];
        while (step >= lastStep && evaluations < evaluationsMax)
        {
            double[] steps = new double[size];
            Array.Fill(steps, step);
            double[] progress = new double[size];
            bool[] succeeded = new bool[size];
            bool[] failed = new bool[size];
            double before = best;
            while (!Done(succeeded, failed, steps, lastStep) && evaluations < evaluationsMax)
            {
                for (int i = 0; i < size; i++)
                {
                    for (int k = 0; k < size; k++)
                    {
                        trial[k] = point[k] + (steps[i] * directions[i][k]);
                    }

                    double candidate = value(trial);
                    evaluations++;
                    if (candidate > best)
                    {
                        best = candidate;
                        trial.CopyTo(point, 0);
                        progress[i] += steps[i];
                        steps[i] *= Grow;
                        succeeded[i] = true;
                    }
                    else
                    {
                        steps[i] *= Shrink;
                        failed[i] = true;
                    }
                }
            }

            double moved = Math.Sqrt(progress.Sum(p => p * p));
            if (moved > 0)
            {
                Rotate(directions, progress);
            }

            // The next stage starts with steps of the size of this one's progress, at least halving.
            step = Math.Min(0.5 * step, Math.Max(moved, 0.1 * step));
            if (best - before < 1e-7)
            {
                step *= 0.5;
            }
        }

        return best;
    }

    // A stage ends when every direction has seen a success and a failure, or when its step has become too short to matter.
    private static bool Done(bool[] succeeded, bool[] failed, double[] steps, double lastStep)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            if (Math.Abs(steps[i]) >= lastStep && !(succeeded[i] && failed[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Gram–Schmidt on the partial sums of progress, largest first; directions without progress complete the basis.
    private static void Rotate(double[][] directions, double[] progress)
    {
        int size = progress.Length;
        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => Math.Abs(progress[i])).ThenBy(i => i)];
        double[][] rotated = new double[size][];
        for (int i = 0; i < size; i++)
        {
            double[] vector = new double[size];
            for (int j = i; j < size; j++)
            {
                // With no progress left, the old direction itself.
                double weight = progress[order[i]] != 0 ? progress[order[j]] : j == i ? 1 : 0;
                for (int k = 0; k < size; k++)
                {
                    vector[k] += weight * directions[order[j]][k];
                }
            }

            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                {
                    double overlap = 0;
                    for (int k = 0; k < size; k++)
                    {
                        overlap += vector[k] * rotated[j][k];
                    }

                    for (int k = 0; k < size; k++)
                    {
                        vector[k] -= overlap * rotated[j][k];
                    }
                }
            }

            double norm = Math.Sqrt(vector.Sum(x => x * x));
            if (norm < 1e-12)
            {
                // The progress was along one line: keep the set of directions, it is orthogonal already.
                return;
            }

            for (int k = 0; k < size; k++)
            {
                vector[k] /= norm;
            }

            rotated[i] = vector;
        }

        rotated.CopyTo(directions, 0);
    }
}
