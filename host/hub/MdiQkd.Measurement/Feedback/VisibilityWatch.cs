namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Whether the visibility has fallen from what it was, by as much as a hop of one period of the phase makes it fall: a cumulative sum
/// of log-likelihood ratios (Page, Biometrika 41, 100 (1954)) against its own mean.
/// </summary>
/// <remarks>
/// Trade-off: one period of 400 MHz costs 4.5 % of the visibility of 200 ps pulses, less than one interval can tell. With 400 coincidences
/// each, such a hop is seen after some 60 intervals (median) if it comes 200 intervals after the last scan, one of two or three periods
/// after 3 to 10; one period soon after a scan is not seen.
/// </remarks>
public sealed class VisibilityWatch
{
    // e⁻⁸: a false alarm, which costs a scan, once in some hours of intervals of a second.
    private const double AlarmLogLikelihood = 8;

    // A mean that is itself uncertain is taken so many standard deviations lower.
    private const double MeanSigmas = 1.5;

    // The mean is worth comparing with after so many intervals, and goes over so many.
    private const int IntervalsMin = 16;
    private const int IntervalsMax = 256;

    private readonly double fall;
    private double mean;
    private double evidence;
    private double undecidedSum;
    private int undecided;
    private int intervals;

    /// <summary>Watch for a fall.</summary>
    /// <param name="fall">Share of the visibility that is lost.</param>
    public VisibilityWatch(double fall) => this.fall = fall;

    /// <summary>Whether it has fallen.</summary>
    public bool HasFallen => evidence > AlarmLogLikelihood;

    /// <summary>Begins anew.</summary>
    public void Restart()
    {
        mean = evidence = undecidedSum = 0;
        undecided = intervals = 0;
    }

    /// <summary>Takes the visibility of an interval in.</summary>
    /// <param name="visibility">The visibility.</param>
    /// <param name="sigma">One standard deviation.</param>
    public void Add(double visibility, double sigma)
    {
        if (intervals >= IntervalsMin)
        {
            double expected = (mean * (1 - (fall / 2))) - (MeanSigmas * sigma / Math.Sqrt(intervals));
            evidence = Math.Max(0, evidence + ((expected - visibility) * mean * fall / (sigma * sigma)));
        }

        // What may belong to a fall must not lower what it is compared with.
        undecidedSum += visibility;
        undecided++;
        if (evidence == 0)
        {
            intervals = Math.Min(intervals + undecided, IntervalsMax);
            mean += (undecidedSum - (undecided * mean)) / intervals;
            undecidedSum = undecided = 0;
        }
    }
}
