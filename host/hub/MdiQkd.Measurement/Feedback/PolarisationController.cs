using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Polarisation controller of one user. Behind the hub's polariser polarisation shows as count rate R cos²(θ + p), with the controller at
/// p: three settings 45° apart give θ over the whole circle, and afterwards small steps to both sides keep it at the top.
/// </summary>
public sealed class PolarisationController
{
    /// <summary>Step of the first search, 45°.</summary>
    public const int SearchMrad = 785;

    /// <summary>Step of the tracking, which costs sin² of it: 1 % of the light.</summary>
    public const int DitherMrad = 100;

    // Share of an estimated error that one pair of steps corrects, and the most that it may move: counts are few.
    private const double Gain = 0.3;
    private const double StepMradMax = 120;

    // The three rates of a search swing by the whole rate; of a controller that does not turn the light, by nothing.
    private const double ContrastMin = 0.5;

    // cos² of 30°: with so little of the light left for so many intervals the steps have lost the top, or the fibre loses more.
    private const double LightMin = 0.75;
    private const int FadedIntervals = 4;

    private readonly ArrivalPeak?[] search = new ArrivalPeak?[3];
    private double centreMrad;
    private double rateAbove = -1;
    private double rateBelow = -1;
    private double wholeRate;
    private int faded;

    /// <summary>Whether any of the search's settings let light through.</summary>
    public bool HasLight => Array.Exists(search, peak => peak is not null);

    /// <summary>Whether light came alike at all settings of the last search.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Whether much less light comes than there was at the top.</summary>
    public bool HasFaded => faded >= FadedIntervals;

    /// <summary>Begins the search anew, around a setting.</summary>
    public void Restart(double settingMrad)
    {
        centreMrad = settingMrad;
        rateAbove = rateBelow = -1;
        wholeRate = faded = 0;
        Array.Clear(search);
    }

    /// <summary>Setting of step 0, 1, 2 of the search: centre, 45° above, 45° below.</summary>
    public int SearchSetting(int step) => Wrapped(centreMrad + (step switch { 1 => SearchMrad, 2 => -SearchMrad, _ => 0 }));

    /// <summary>Notes the arrivals of a step of the search; the last one finds the angle.</summary>
    public void Search(int step, ArrivalPeak? peak)
    {
        search[step] = peak;
        double whole = Rate(1) + Rate(2);
        if (step < 2 || whole <= 0)
        {
            return;
        }

        double sine = (Rate(2) - Rate(1)) / whole;
        double cosine = (2 * Rate(0) / whole) - 1;
        double contrast = Math.Sqrt((sine * sine) + (cosine * cosine));
        double sigma = Math.Sqrt(2 / search.Sum(each => each?.Clicks ?? 0));
        IsStuck = contrast < ContrastMin && contrast + (4 * sigma) < 1;
        if (!IsStuck)
        {
            centreMrad = Wrapped(centreMrad - (500 * Math.Atan2(sine, cosine)));
            wholeRate = whole;
        }
    }

    /// <summary>Setting of a tracking interval: above the centre and below it by turns.</summary>
    public int DitherSetting(bool above) => Wrapped(centreMrad + (above ? DitherMrad : -DitherMrad));

    /// <summary>Notes the arrivals of a tracking interval; each pair of them moves the centre.</summary>
    public void Dither(bool above, ArrivalPeak? peak)
    {
        if (above)
        {
            rateAbove = peak?.RatePerSlot ?? -1;
        }
        else
        {
            rateBelow = peak?.RatePerSlot ?? -1;
        }

        if (peak is not null)
        {
            wholeRate = Math.Max(wholeRate, peak.RatePerSlot * (1 - (2 / Math.Sqrt(peak.Clicks))));
            faded = peak.RatePerSlot * (1 + (2 / Math.Sqrt(peak.Clicks))) < LightMin * wholeRate ? faded + 1 : 0;
        }

        if (rateAbove >= 0 && rateBelow >= 0)
        {
            double errorMrad = 500 * (rateBelow - rateAbove) / ((rateAbove + rateBelow) * Math.Tan(DitherMrad * 1e-3));
            centreMrad = Wrapped(centreMrad - Math.Clamp(Gain * errorMrad, -StepMradMax, StepMradMax));
            rateAbove = rateBelow = -1;
        }
    }

    private double Rate(int step) => search[step]?.RatePerSlot ?? 0;

    // Half a turn of polarisation is the same again: the controller is kept within a quarter turn and a step.
    private static int Wrapped(double mrad)
    {
        double half = 1000 * Math.PI;
        return (int)Math.Round(mrad > half ? mrad - half : mrad < -half ? mrad + half : mrad);
    }
}
