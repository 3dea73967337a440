namespace MdiQkd.Measurement.Pilots;

/// <summary>
/// Arrivals of one user's pilots against the centre of the early bin, up to half a slot early or late, in bins of 10 ps.
/// The state has one pulse only, so that early and late cannot be mistaken for each other.
/// </summary>
public sealed class ArrivalOffsets
{
    /// <summary>Width of a bin.</summary>
    public const int BinPs = 10;

    // Full widths of 200 ps (pulse) and 40 ps (jitter): a peak lies within 300 ps of its maximum.
    private const int PeakHalfBins = 300 / BinPs;

    // The maximum is looked for in a running sum of this many bins each way.
    private const int SearchHalfBins = 100 / BinPs;

    // Below so many clicks above the background (or 5 sigma of it) a maximum is noise.
    private const int ClicksMin = 12;

    private readonly long[] counts;

    /// <summary>Empty histogram.</summary>
    /// <param name="slotPeriodPs">Length of a slot, at least 1 ns.</param>
    public ArrivalOffsets(int slotPeriodPs)
    {
        HalfRangePs = slotPeriodPs / 2;
        counts = new long[(2 * HalfRangePs / BinPs) + 1];
    }

    /// <summary>Offsets from minus to plus this are counted.</summary>
    public int HalfRangePs { get; }

    /// <summary>Counts by offset; bin i holds offsets from −<see cref="HalfRangePs"/> + i · <see cref="BinPs"/>.</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Pilot slots counted.</summary>
    public long Slots { get; set; }

    /// <summary>Counts a click at an offset within the range.</summary>
    public void Add(long offsetPs) => counts[(offsetPs + HalfRangePs) / BinPs]++;

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(counts);
        Slots = 0;
    }

    /// <summary>Finds the peak. False if there is none above the noise.</summary>
    public bool TryFindPeak(out ArrivalPeak? peak)
    {
        peak = null;
        int best = MaximumOfRunningSum();
        double background = BackgroundPerBin(best);
        double total = 0;
        double moment = 0;
        double square = 0;
        int bins = 0;
        for (int i = Math.Max(0, best - PeakHalfBins); i <= Math.Min(counts.Length - 1, best + PeakHalfBins); i++, bins++)
        {
            double above = counts[i] - background;
            double offset = ((i + 0.5) * BinPs) - HalfRangePs;
            total += above;
            moment += above * offset;
            square += above * offset * offset;
        }

        if (total < ClicksMin || total < 5 * Math.Sqrt(background * bins) || Slots == 0)
        {
            return false;
        }

        double mean = moment / total;
        double variance = Math.Max((square / total) - (mean * mean), BinPs * BinPs / 12.0);

        // The flat background under the peak moves its centre too: variance of a uniform offset per background click.
        double uniform = background * bins * Math.Pow(bins * BinPs, 2) / 12;
        peak = new ArrivalPeak(mean, Math.Sqrt((variance * total) + uniform) / total, total, total / Slots);
        return true;
    }

    private int MaximumOfRunningSum()
    {
        long sum = 0;
        long largest = -1;
        int best = 0;
        for (int i = -SearchHalfBins; i < counts.Length; i++)
        {
            int entering = i + SearchHalfBins;
            int leaving = i - SearchHalfBins - 1;
            sum += entering < counts.Length ? counts[entering] : 0;
            sum -= leaving >= 0 ? counts[leaving] : 0;
            if (i >= 0 && sum > largest)
            {
                (largest, best) = (sum, i);
            }
        }

        return best;
    }

    private double BackgroundPerBin(int peak)
    {
        long sum = 0;
        int bins = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (Math.Abs(i - peak) > 2 * PeakHalfBins)
            {
                sum += counts[i];
                bins++;
            }
        }

        return bins == 0 ? 0 : (double)sum / bins;
    }
}
