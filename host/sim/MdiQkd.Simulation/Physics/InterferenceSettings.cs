namespace MdiQkd.Simulation.Physics;

/// <summary>How well the light of the two users interferes, and how well it is encoded.</summary>
/// <param name="Overlap">M = |⟨ψ_a|ψ_b⟩|², 0..1; the Hong–Ou–Mandel dip of weak pulses is M/2.</param>
/// <param name="Extinction">Share of a Z state's light in the wrong bin, 0..0.5.</param>
/// <param name="PhaseErrorRad">Error of the relative phase between the users' late bins, −π..π.</param>
/// <param name="MisalignmentZ">Probability that B's bit is flipped when both send in Z, 0..0.5.</param>
/// <param name="MisalignmentX">The same for all other pairs of labels.</param>
/// <param name="PulseFwhmPs">
/// Full width at half maximum of the Gaussian pulses' intensity, 0..2,000: spreads the arrivals, and says how much overlap an error of time
/// or frequency costs.
/// </param>
public sealed record InterferenceSettings(
    double Overlap,
    double Extinction = 0,
    double PhaseErrorRad = 0,
    double MisalignmentZ = 0,
    double MisalignmentX = 0,
    double PulseFwhmPs = 0)
{
    /// <summary>Standard deviation of a Gaussian of a full width at half maximum.</summary>
    public static double SigmaOf(double fwhm) => fwhm / (2 * Math.Sqrt(2 * Math.Log(2)));

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Overlap is not (>= 0 and <= 1) ? $"overlap = {Overlap} is outside 0..1"
        : Extinction is not (>= 0 and <= 0.5) ? $"extinction = {Extinction} is outside 0..0.5"
        : PhaseErrorRad is not (>= -Math.PI and <= Math.PI) ? $"phaseErrorRad = {PhaseErrorRad} is outside -pi..pi"
        : MisalignmentZ is not (>= 0 and <= 0.5) ? $"misalignmentZ = {MisalignmentZ} is outside 0..0.5"
        : MisalignmentX is not (>= 0 and <= 0.5) ? $"misalignmentX = {MisalignmentX} is outside 0..0.5"
        : PulseFwhmPs is not (>= 0 and <= 2000) ? $"pulseFwhmPs = {PulseFwhmPs} is outside 0..2000"
        : null;
}
