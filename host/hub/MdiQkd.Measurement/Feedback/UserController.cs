using MdiQkd.Measurement.Pilots;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Timing and polarisation of one user. Timing goes by the mean arrival of its pilots. Behind the hub's polariser polarisation
/// shows as count rate R cos²(θ + p), with the controller at p: three settings 45° apart give θ over the whole circle, and
/// afterwards small steps to both sides keep it at the top.
/// </summary>
public sealed class UserController
{
    /// <summary>Step of the first search, 45°.</summary>
    public const int SearchMrad = 785;

    /// <summary>Step of the tracking, which costs sin² of it: 1 % of the light.</summary>
    public const int DitherMrad = 100;

    // Share of an estimated error of polarisation that one pair of steps corrects, and the most that it may move: counts are few.
    private const double PolarisationGain = 0.3;
    private const double PolarisationStepMrad = 120;

    // Delay in buried fibre: up to 10 ps/s, changing over minutes.
    private const double DelayRateSigma = 10;
    private const double DelayRateNoise = 0.1;

    private readonly double[] searchRates = new double[3];
    private DriftTracker? delay;
    private double centreMrad;
    private double rateAbove = -1;
    private double rateBelow = -1;

    /// <summary>Where the actuators stand, by the node's last report.</summary>
    public LightAlignment Setting { get; private set; } = LightAlignment.Rest;

    /// <summary>Tagger time from which light has this setting.</summary>
    public long SincePs { get; private set; }

    /// <summary>Number of the adjustment that the report answers.</summary>
    public long Number { get; private set; } = -1;

    /// <summary>Last arrival; null if there was no peak.</summary>
    public ArrivalPeak? Peak { get; private set; }

    /// <summary>Whether any of the search's settings let light through.</summary>
    public bool HasLight => Array.Exists(searchRates, rate => rate > 0);

    /// <summary>Delay that the tracker wants at a time, in ps.</summary>
    public double DelayAt(double timeS) => delay?.At(timeS) ?? Setting.DelayPs;

    /// <summary>A node's report.</summary>
    public void OnReport(long number, LightAlignment setting, long sincePs)
    {
        Number = number;
        Setting = setting;
        SincePs = sincePs;
    }

    /// <summary>Forgets delay and search; the polarisation stays where the controller is.</summary>
    public void Restart()
    {
        delay = null;
        centreMrad = Setting.PolarisationMrad;
        rateAbove = rateBelow = -1;
        Array.Clear(searchRates);
    }

    /// <summary>Takes the arrivals of an interval in.</summary>
    /// <param name="arrivals">This user's.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Measure(ArrivalOffsets arrivals, double timeS)
    {
        Peak = arrivals.TryFindPeak(out ArrivalPeak? peak) ? peak : null;
        if (Peak is null)
        {
            return;
        }

        double wanted = Setting.DelayPs - Peak.OffsetPs;
        if (delay is null || Math.Abs(wanted - delay.At(timeS)) > 100)
        {
            // A jump is no drift: begin anew.
            delay = new DriftTracker(wanted, Peak.OffsetErrorPs, DelayRateSigma, DelayRateNoise, timeS);
        }
        else
        {
            delay.Update(wanted, Math.Max(1, Peak.OffsetErrorPs), timeS);
        }
    }

    /// <summary>Polarisation of step 0, 1, 2 of the search: centre, 45° above, 45° below.</summary>
    public int SearchSetting(int step) => Wrapped(centreMrad + (step switch { 1 => SearchMrad, 2 => -SearchMrad, _ => 0 }));

    /// <summary>Notes the rate of a step of the search; the last one finds the angle.</summary>
    public void Search(int step)
    {
        searchRates[step] = Peak?.RatePerSlot ?? 0;
        double whole = searchRates[1] + searchRates[2];
        if (step == 2 && whole > 0)
        {
            double sine = (searchRates[2] - searchRates[1]) / whole;
            double cosine = (2 * searchRates[0] / whole) - 1;
            centreMrad = Wrapped(centreMrad - (500 * Math.Atan2(sine, cosine)));
        }
    }

    /// <summary>Polarisation of a tracking interval: above the centre and below it by turns.</summary>
    public int DitherSetting(bool above) => Wrapped(centreMrad + (above ? DitherMrad : -DitherMrad));

    /// <summary>Notes the rate of a tracking interval; each pair of them moves the centre.</summary>
    public void Dither(bool above)
    {
        if (above)
        {
            rateAbove = Peak?.RatePerSlot ?? -1;
        }
        else
        {
            rateBelow = Peak?.RatePerSlot ?? -1;
        }

        if (rateAbove >= 0 && rateBelow >= 0)
        {
            double errorMrad = 500 * (rateBelow - rateAbove) / ((rateAbove + rateBelow) * Math.Tan(DitherMrad * 1e-3));
            centreMrad = Wrapped(
                centreMrad - Math.Clamp(PolarisationGain * errorMrad, -PolarisationStepMrad, PolarisationStepMrad));
            rateAbove = rateBelow = -1;
        }
    }

    // Half a turn of polarisation is the same again: the controller is kept within a quarter turn and a step.
    private static int Wrapped(double mrad)
    {
        double half = 1000 * Math.PI;
        return (int)Math.Round(mrad > half ? mrad - half : mrad < -half ? mrad + half : mrad);
    }
}
