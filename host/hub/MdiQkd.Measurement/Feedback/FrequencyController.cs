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

    // ln 20,000: a sequential test between neighbouring periods, which is wrong with a probability of at most 1/20,000 to each side
    // (Wald, Ann. Math. Stat. 16, 117 (1945)).
    private const double LogLikelihoodMin = 9.9;

    // Below so many standard deviations a visibility has no logarithm worth the name.
    private const double VisibilitySigmasMin = 3;

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

    /// <summary>Share of the visibility that a lock one period off costs.</summary>
    public double PeriodLoss => 1 - Math.Exp(-kappaPerKHz2 * periodKHz * periodKHz);

    /// <summary>How far the last phase was from the expected one if that is more than drift and noise; else 0.</summary>
    public double JumpKHz { get; private set; }

    /// <summary>Frequency of B minus frequency of A, as set at the lasers, that the light wants at a time.</summary>
    public double DifferenceAt(double timeS, double atRestKHz) => difference?.At(timeS) ?? atRestKHz;

    /// <summary>Forgets all.</summary>
    public void Restart()
    {
        difference = null;
        JumpKHz = 0;
    }

    /// <summary>Locks to the period of a phase that is nearest to what is expected, however far off; a drift that is known stays.</summary>
    /// <param name="estimate">The phase.</param>
    /// <param name="setKHz">Setting of B minus setting of A while it was measured.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Lock(PhaseEstimate estimate, double setKHz, double timeS)
    {
        (double wanted, double sigma) = Wanted(estimate, setKHz, timeS);
        JumpKHz = 0;
        if (difference is null)
        {
            difference = new DriftTracker(wanted, sigma, RateSigma * Math.Sqrt(2), RateNoise, timeS);
        }
        else
        {
            difference.Jump(wanted, sigma, timeS);
        }
    }

    /// <summary>Takes a phase in.</summary>
    /// <param name="estimate">The phase.</param>
    /// <param name="setKHz">Setting of B minus setting of A while it was measured.</param>
    /// <param name="timeS">Middle of the interval.</param>
    public void Measure(PhaseEstimate estimate, double setKHz, double timeS)
    {
        if (difference is null)
        {
            Lock(estimate, setKHz, timeS);
            return;
        }

        (double wanted, double sigma) = Wanted(estimate, setKHz, timeS);
        double off = wanted - difference.At(timeS);
        JumpKHz = Math.Abs(off) > (periodKHz / 5) + (2 * sigma) ? off : 0;
        if (JumpKHz == 0)
        {
            difference.Update(wanted, sigma, timeS);
        }
        else
        {
            difference.Jump(wanted, sigma, timeS);
        }
    }

    /// <summary>
    /// Corrects the whole periods that the lock is off by, from the visibilities on both sides. False, and nothing is changed, while they do
    /// not tell.
    /// </summary>
    /// <param name="above">Visibility with B's laser <see cref="ScanKHz"/> higher.</param>
    /// <param name="aboveSigma">One standard deviation of it.</param>
    /// <param name="below">The same lower.</param>
    /// <param name="belowSigma">One standard deviation of it.</param>
    /// <param name="last">Whether to take the likeliest number of periods though others are not ruled out.</param>
    public bool TryScan(double above, double aboveSigma, double below, double belowSigma, bool last)
    {
        if (above <= 0 || below <= 0 || Math.Max(above / aboveSigma, below / belowSigma) < VisibilitySigmasMin)
        {
            return false;
        }

        double perTurn = 4 * kappaPerKHz2 * ScanKHz * periodKHz;
        double off = Math.Log(above / below) / perTurn;
        double variance = (Math.Pow(aboveSigma / above, 2) + Math.Pow(belowSigma / below, 2)) / (perTurn * perTurn);

        // Gaussian of that variance around this number of turns against the next nearest one, one turn away.
        double turns = Math.Round(off);
        if (!last && 0.5 - Math.Abs(off - turns) < LogLikelihoodMin * variance)
        {
            return false;
        }

        difference?.Shift(turns * periodKHz);
        return true;
    }

    private (double Wanted, double Sigma) Wanted(PhaseEstimate estimate, double setKHz, double timeS)
    {
        double scale = periodKHz / (2 * Math.PI);
        double wanted = setKHz + (estimate.PhaseRad * scale);
        double expected = difference?.At(timeS) ?? wanted;
        return (wanted + (periodKHz * Math.Round((expected - wanted) / periodKHz)), estimate.PhaseErrorRad * scale);
    }
}
