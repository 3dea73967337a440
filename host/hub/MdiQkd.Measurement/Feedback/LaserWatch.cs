using MdiQkd.Measurement.Pilots;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Feedback;

/// <summary>
/// Whether both lasers follow their settings. The phase between the bins knows their difference only: both lasers moved together, up and
/// down by turns, leave it alone, unless one of them stays behind, and the sign says which. If neither follows, the phase stays off
/// whatever is asked; then the difference is moved by itself until the phase follows again.
/// </summary>
public sealed class LaserWatch
{
    // Of a turn, each way: at ±54° a laser that stays behind shows in four intervals and its partner still holds the lock.
    private const double ProbeTurns = 0.15;
    private const double HeldProbeTurns = 0.4;

    // Drift from one interval to the next.
    private const double DriftSigmaRad = 0.2;

    // Four standard deviations from either verdict.
    private const double SlopeSigmaMax = 0.125;

    // A correction leaves a few tenths of a radian.
    private const double PhaseOffRad = 1;
    private const int CorrectionsMax = 5;

    private readonly double periodKHz;
    private readonly ResponseSlope slope = new();
    private (PhaseEstimate Phase, double A, double B)? last;
    private double heldKHz;
    private int misses;
    private bool up;

    /// <summary>Watch for bins.</summary>
    public LaserWatch(int binSpacingPs) => periodKHz = 1e9 / binSpacingPs;

    /// <summary>What is known.</summary>
    public LaserFault Fault { get; private set; }

    /// <summary>What to add to both lasers' settings in the next interval.</summary>
    public double CommonKHz => Fault == LaserFault.Both ? 0 : (up ? ProbeTurns : -ProbeTurns) * periodKHz;

    /// <summary>The phase as it would be without <see cref="CommonKHz"/>, if it is known which laser does not follow.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="a">Setting of A while it was measured.</param>
    /// <param name="b">Setting of B.</param>
    public PhaseEstimate WithoutProbe(PhaseEstimate phase, LightAlignment a, LightAlignment b)
    {
        ArgumentNullException.ThrowIfNull(phase);
        double turns = (a.FrequencyKHz + b.FrequencyKHz) / 2.0 / periodKHz;
        double probe = Math.Tau * Fault switch { LaserFault.A => -turns, LaserFault.B => turns, _ => 0 };
        return phase with { PhaseRad = Math.IEEERemainder(phase.PhaseRad - probe, Math.Tau) };
    }

    /// <summary>Difference of the settings in the next interval.</summary>
    public double DifferenceKHz(double wantedKHz) =>
        Fault == LaserFault.Both ? heldKHz + (up ? HeldProbeTurns * periodKHz : 0) : wantedKHz;

    /// <summary>Ends a row of intervals: the next phase is compared with none.</summary>
    public void Interrupt()
    {
        last = null;
        misses = 0;
    }

    /// <summary>Takes the phase of an interval in.</summary>
    /// <param name="phase">The phase; null if it could not be told.</param>
    /// <param name="a">Setting of A meanwhile.</param>
    /// <param name="b">Setting of B.</param>
    /// <param name="isCorrected">Whether a correction before should have removed it.</param>
    public void Measure(PhaseEstimate? phase, LightAlignment a, LightAlignment b, bool isCorrected)
    {
        up = !up;
        if (phase is not null && last is { } before)
        {
            double sigma = Math.Sqrt(
                Math.Pow(phase.PhaseErrorRad, 2) + Math.Pow(before.Phase.PhaseErrorRad, 2) + (DriftSigmaRad * DriftSigmaRad));
            double step = phase.PhaseRad - before.Phase.PhaseRad;
            double movedA = Math.Tau * (a.FrequencyKHz - before.A) / periodKHz;
            double movedB = Math.Tau * (b.FrequencyKHz - before.B) / periodKHz;

            // A's phase goes up with A's frequency and down with B's.
            (double done, double seen) = Fault switch
            {
                LaserFault.None => ((movedA + movedB) / 2, step - movedA + movedB),
                LaserFault.A => (movedA, step + movedB),
                LaserFault.B => (-movedB, step - movedA),
                _ => (movedA - movedB, step),
            };
            slope.Add(done, Math.IEEERemainder(seen, Math.Tau), sigma);
            misses = isCorrected && Fault == LaserFault.None && Math.Abs(phase.PhaseRad) > PhaseOffRad + (2 * phase.PhaseErrorRad)
                ? misses + 1
                : 0;
        }

        last = phase is null ? null : (phase, a.FrequencyKHz, b.FrequencyKHz);
        LaserFault now = Judge();
        if (now != Fault)
        {
            Fault = now;
            heldKHz = b.FrequencyKHz - a.FrequencyKHz;
            slope.Clear();
            Interrupt();
        }
    }

    // What A does not do is missing with a minus, as long as both are moved; from a laser that stuck a whole response is awaited, from two
    // of them half of it: then one of them moves.
    private LaserFault Judge()
    {
        bool tells = slope.Sigma < SlopeSigmaMax;
        return Fault switch
        {
            LaserFault.None when tells && slope.Value < -0.5 => LaserFault.A,
            LaserFault.None when tells && slope.Value > 0.5 => LaserFault.B,
            LaserFault.None => misses > CorrectionsMax ? LaserFault.Both : LaserFault.None,
            LaserFault.Both => tells && slope.Value > Math.Max(0.25, 4 * slope.Sigma) ? LaserFault.None : Fault,
            _ => tells && slope.Value > 0.5 ? LaserFault.None : Fault,
        };
    }
}
