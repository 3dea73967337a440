using MdiQkd.Measurement.Pilots;

namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Difference of the two users' laser frequencies, by the phase δ = 2πΔν·T that their light gains between bins T apart. δ repeats
/// every 1/T (400 MHz at 2.5 ns), so that a lock may be off by a whole number of these; the Hong–Ou–Mandel visibility
/// V ∝ exp(−κΔν²), κ = (2πσ)², tells them apart: near the top it is flat, but a known number of periods to both sides its slope shows
/// the side (visibility scan).
/// </summary>
public sealed class FrequencyController
{
    // DFB lasers: up to 10 MHz/s each, changing over minutes.
    private const double RateSigma = 10_000;
    private const double RateNoise = 1e5;

    // Below this a visibility is noise.
    private const double VisibilityMin = 0.01;

    private readonly double periodKHz;
    private readonly double kappaPerKHz2;
    private DriftTracker? difference;

    /// <summary>Controller for pulses and bins.</summary>
    public FrequencyController(int binSpacingPs, int pulseFwhmPs)
    {
        periodKHz = 1e9 / binSpacingPs;
        double sigmaPs = pulseFwhmPs / (2 * Math.Sqrt(2 * Math.Log(2)));
        kappaPerKHz2 = Math.Pow(2e-9 * Math.PI * sigmaPs, 2);

        // The slope's signal to noise is best where V has fallen by exp(−1/2).
        ScanKHz = Math.Max(1, Math.Round(1 / Math.Sqrt(2 * kappaPerKHz2) / periodKHz)) * periodKHz;
    }

    /// <summary>The visibility scan goes this far to both sides: whole periods, so that δ stays.</summary>
    public double ScanKHz { get; }

    /// <summary>Phases that were out of lock, one after the other.</summary>
    public int Misses { get; private set; }

    /// <summary>Frequency of B minus frequency of A, as set at the lasers, that the light wants at a time.</summary>
    public double DifferenceAt(double timeS, double atRestKHz) => difference?.At(timeS) ?? atRestKHz;

    /// <summary>Forgets all.</summary>
    public void Restart()
    {
        difference = null;
        Misses = 0;
    }

    /// <summary>Takes a phase in.</summary>
    /// <param name="estimate">The phase.</param>
    /// <param name="setKHz">Setting of B minus setting of A while it was measured.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Measure(PhaseEstimate estimate, double setKHz, double timeS)
    {
        double scale = periodKHz / (2 * Math.PI);
        double wanted = setKHz + (estimate.PhaseRad * scale);
        double sigma = estimate.PhaseErrorRad * scale;
        if (difference is null)
        {
            difference = new DriftTracker(wanted, sigma, RateSigma * Math.Sqrt(2), RateNoise, timeS);
            return;
        }

        // The period nearest to what is expected.
        wanted += periodKHz * Math.Round((difference.At(timeS) - wanted) / periodKHz);
        Misses = Math.Abs(wanted - difference.At(timeS)) > (periodKHz / 5) + (2 * sigma) ? Misses + 1 : 0;
        difference.Update(wanted, sigma, timeS);
    }

    /// <summary>Whole periods that the lock is off by, from the visibilities on both sides.</summary>
    /// <param name="above">Visibility with B's laser <see cref="ScanKHz"/> higher.</param>
    /// <param name="below">The same lower.</param>
    /// <param name="timeS">Now.</param>
    public void Scan(double above, double below, double timeS)
    {
        double offKHz = Math.Log(Math.Max(VisibilityMin, above) / Math.Max(VisibilityMin, below)) / (4 * kappaPerKHz2 * ScanKHz);
        double turns = Math.Round(offKHz / periodKHz);
        if (turns != 0 && difference is not null)
        {
            difference = new DriftTracker(
                difference.At(timeS) + (turns * periodKHz), periodKHz / 20, RateSigma * Math.Sqrt(2), RateNoise, timeS);
        }
    }
}
