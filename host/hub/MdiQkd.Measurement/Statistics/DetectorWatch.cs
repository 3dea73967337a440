using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Statistics;

/// <summary>Rates, background and conditions of both detectors, from the counters of a classifier, for each tenth of a second.</summary>
/// <param name="timing">Slot raster.</param>
public sealed class DetectorWatch(SlotTiming timing)
{
    private const long IntervalPs = 100_000_000_000;
    private const long SilentBeside = 1000;
    private const long ExcessiveTimes = 30;

    private readonly double share = 1 - (2.0 * timing.WindowPs / timing.SlotPeriodPs);
    private long beganPs = -1;
    private long clicksC;
    private long clicksD;
    private long backgroundC;
    private long backgroundD;

    /// <summary>Detector c; null before the end of the first interval.</summary>
    public DetectorRate? C { get; private set; }

    /// <summary>Detector d; null before the end of the first interval.</summary>
    public DetectorRate? D { get; private set; }

    /// <summary>Looks at the counters; call after each block.</summary>
    /// <param name="counters">Counters of the classifier.</param>
    /// <param name="watermarkPs">Time up to which they count.</param>
    public void Update(MeasurementCounters counters, long watermarkPs)
    {
        ArgumentNullException.ThrowIfNull(counters);
        if (beganPs >= 0 && watermarkPs - beganPs < IntervalPs)
        {
            return;
        }

        long c = counters.SinglesC + counters.BackgroundC;
        long d = counters.SinglesD + counters.BackgroundD;
        if (beganPs >= 0)
        {
            double seconds = (watermarkPs - beganPs) * 1e-12;
            C = Rate(c - clicksC, counters.BackgroundC - backgroundC, d - clicksD, seconds);
            D = Rate(d - clicksD, counters.BackgroundD - backgroundD, c - clicksC, seconds);
        }

        (beganPs, clicksC, clicksD, backgroundC, backgroundD) = (watermarkPs, c, d, counters.BackgroundC, counters.BackgroundD);
    }

    private DetectorRate Rate(long clicks, long beside, long other, double seconds) => new(
        clicks / seconds,
        share > 0 ? beside / share / seconds : 0,
        clicks == 0 && other >= SilentBeside ? DetectorCondition.Silent
        : other > 0 && clicks >= SilentBeside && clicks > ExcessiveTimes * other ? DetectorCondition.Excessive
        : DetectorCondition.None);
}
