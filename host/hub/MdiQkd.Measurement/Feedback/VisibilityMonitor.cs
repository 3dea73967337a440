using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Feedback;

/// <summary>Visibility of two-photon interference interval by interval: its average, and whether it is what it should be.</summary>
/// <param name="periodLoss">Share of the visibility that a lock one period off costs.</param>
internal sealed class VisibilityMonitor(double periodLoss)
{
    private const int IntervalsMax = 32;

    // A mean over so many intervals tells whether there is interference worth the name: M of a laser that is three periods of 400 MHz off
    // is 0.66 at 200 ps pulses.
    private const int SettledIntervals = 8;
    private const double OverlapMin = 0.7;

    private readonly PilotCoincidences sum = new();
    private readonly VisibilityWatch watch = new(periodLoss);
    private int intervals;

    /// <summary>Visibility over the last intervals, if there is an estimate.</summary>
    public VisibilityEstimate? Estimate { get; private set; }

    /// <summary>Whether it has fallen by as much as a hop of one period makes it fall.</summary>
    public bool HasFallen => watch.HasFallen;

    /// <summary>Takes an interval in.</summary>
    public void Add(PilotCoincidences interval)
    {
        sum.Add(interval);
        intervals++;
        if (interval.TryEstimateDepth(out double depth, out double sigma))
        {
            watch.Add(depth, sigma);
        }

        Estimate = sum.TryEstimateVisibility(out VisibilityEstimate? estimate) ? estimate : Estimate;
        if (intervals >= IntervalsMax)
        {
            sum.Clear();
            intervals = 0;
        }
    }

    /// <summary>The two-photon overlap if the average is significantly below what interference is worth the name; else null.</summary>
    /// <param name="rateA">Rate of A's light, in any unit.</param>
    /// <param name="rateB">Rate of B's.</param>
    public double? TooLowOverlap(double rateA, double rateB)
    {
        if (intervals < SettledIntervals || Estimate is not { } seen)
        {
            return null;
        }

        // V = 2Mab/(a + b)² for rates a and b.
        double scale = (rateA + rateB) * (rateA + rateB) / (2 * rateA * rateB);
        return scale * (seen.HomVisibility + (3 * seen.HomVisibilityError)) < OverlapMin ? scale * seen.HomVisibility : null;
    }

    /// <summary>Begins anew; the last estimate stays.</summary>
    public void Restart()
    {
        sum.Clear();
        watch.Restart();
        intervals = 0;
    }
}
