namespace MdiQkd.Cli.Commands.Bench;

/// <summary>Confidence bounds of counted failures.</summary>
internal static class Confidence
{
    /// <summary>
    /// Upper bound of Clopper and Pearson (Biometrika 26, 404, 1934): the probability at which so few failures would be seen in a
    /// share 1 − level of all trials.
    /// </summary>
    internal static double UpperBound(int failures, int trials, double level)
    {
        if (failures >= trials)
        {
            return 1;
        }

        double low = 0;
        double high = 1;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = AtMost(failures, trials, middle) > 1 - level ? (middle, high) : (low, middle);
        }

        return high;
    }

    private static double AtMost(int failures, int trials, double probability)
    {
        double logOdds = Math.Log(probability) - Math.Log(1 - probability);
        double logTerm = trials * Math.Log(1 - probability);
        double sum = Math.Exp(logTerm);
        for (int k = 1; k <= failures; k++)
        {
            logTerm += logOdds + Math.Log((trials - k + 1.0) / k);
            sum += Math.Exp(logTerm);
        }

        return sum;
    }
}
