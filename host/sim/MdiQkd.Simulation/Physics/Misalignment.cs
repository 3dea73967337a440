using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// What errors of two users' light do to their interference (physics of Gaussian pulses with intensity standard deviation σ):
/// M_t = exp(−Δt²/4σ²), M_ν = exp(−(2πΔν σ)²), a phase 2πΔν T between the bins T apart. Behind a polariser a polarisation error is
/// loss, no loss of overlap.
/// </summary>
/// <param name="A">Light at input 1.</param>
/// <param name="B">Light at input 2.</param>
public readonly record struct Misalignment(LightError A, LightError B)
{
    // Loss of light at right angles to the polariser: real ones have a finite extinction.
    private const double LossDbMax = 40;

    // What two steps of simulation may differ by without being set up anew.
    private const double DelayTolerancePs = 2;
    private const double PhaseToleranceRad = 0.03;
    private const double TransmissionTolerance = 0.003;

    /// <summary>Overlap of the two users' pulses on top of the station's own: M_t · M_ν.</summary>
    /// <param name="pulseFwhmPs">Full width at half maximum of the pulses' intensity.</param>
    public double Overlap(double pulseFwhmPs)
    {
        double sigmaPs = InterferenceSettings.SigmaOf(pulseFwhmPs);
        double delayPs = A.DelayPs - B.DelayPs;
        double turns = 2e-12 * Math.PI * (A.FrequencyHz - B.FrequencyHz) * sigmaPs;
        double time = delayPs == 0 ? 0 : delayPs * delayPs / (4 * sigmaPs * sigmaPs);
        return Math.Exp(-time - (turns * turns));
    }

    /// <summary>Phase that the users' late bins gain against each other, in radians.</summary>
    public double PhaseRad(SlotTiming timing) => 2e-12 * Math.PI * (A.FrequencyHz - B.FrequencyHz) * timing.BinSpacingPs;

    /// <summary>The station with this misalignment.</summary>
    public StationSettings Apply(StationSettings station)
    {
        InterferenceSettings quality = station.Interference;
        return station with
        {
            Interference = quality with
            {
                Overlap = quality.Overlap * Overlap(quality.PulseFwhmPs),
                PhaseErrorRad = Math.IEEERemainder(quality.PhaseErrorRad + PhaseRad(station.Timing), 2 * Math.PI),
            },
        };
    }

    /// <summary>A user's light with its error.</summary>
    public static UserLight Apply(UserLight light, LightError error) => light with
    {
        LossDb = Math.Min(200, light.LossDb + Math.Min(LossDbMax, -10 * Math.Log10(error.Transmitted))),
        DelayPs = error.DelayPs,
    };

    /// <summary>Whether the difference to another misalignment is too small to show.</summary>
    public bool IsNear(Misalignment other, SlotTiming timing) =>
        Math.Abs(A.DelayPs - other.A.DelayPs) < DelayTolerancePs
        && Math.Abs(B.DelayPs - other.B.DelayPs) < DelayTolerancePs
        && Math.Abs(PhaseRad(timing) - other.PhaseRad(timing)) < PhaseToleranceRad
        && Math.Abs(A.Transmitted - other.A.Transmitted) < TransmissionTolerance
        && Math.Abs(B.Transmitted - other.B.Transmitted) < TransmissionTolerance;
}
