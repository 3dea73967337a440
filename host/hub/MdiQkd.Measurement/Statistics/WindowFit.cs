namespace MdiQkd.Measurement.Statistics;

/// <summary>Finds where the early bin lies in a clock period from the arrivals of both detectors.</summary>
public static class WindowFit
{
    /// <summary>
    /// The phase of the early bin's centre: windows there and one bin spacing later hold the most tags; then refined by the
    /// centre of gravity of both. Bins half a period apart leave early and late exchangeable: the smaller phase is taken.
    /// </summary>
    /// <param name="arrivals">Arrivals with equal periods and numbers of bins, at least one.</param>
    /// <param name="binSpacingPs">From early to late, below the period.</param>
    /// <param name="windowPs">Width of both windows.</param>
    /// <param name="phasePs">Centre of the early bin, 0 to period − 1.</param>
    /// <returns>False if there is no tag.</returns>
    public static bool TryFindEarlyCentre(
        IReadOnlyList<ArrivalHistogram> arrivals, long binSpacingPs, long windowPs, out long phasePs)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        long periodPs = arrivals[0].PeriodPs;
        int bins = arrivals[0].Counts.Count;
        double binPs = (double)periodPs / bins;
        int spacing = (int)Math.Round(binSpacingPs / binPs);
        double[] both = new double[bins];
        for (int i = 0; i < bins; i++)
        {
            both[i] = arrivals.Sum(a => a.Counts[i] + a.Counts[(i + spacing) % bins]);
        }

        phasePs = 0;
        if (both.Sum() <= 0)
        {
            return false;
        }

        int half = Math.Clamp((int)Math.Round(windowPs / binPs / 2), 1, bins / 2);
        double floor = both.Min();
        double best = -1;
        int centre = 0;
        double sum = 0;
        for (int i = -half; i < half; i++)
        {
            sum += both[(i + bins) % bins];
        }

        for (int i = 0; i < bins; i++)
        {
            // Rounding must not make one of two equal sums the larger.
            if (sum > best * (1 + 1e-12))
            {
                (best, centre) = (sum, i);
            }

            sum += both[(i + half) % bins] - both[(i - half + bins) % bins];
        }

        double weight = 0;
        double moment = 0;
        for (int i = -half; i < half; i++)
        {
            double above = both[(centre + i + bins) % bins] - floor;
            weight += above;
            moment += above * (i + 0.5);
        }

        double refined = (centre + (weight > 0 ? moment / weight : 0)) * binPs;
        phasePs = (((long)Math.Round(refined) % periodPs) + periodPs) % periodPs;
        return true;
    }
}
