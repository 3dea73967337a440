using static MdiQkd.KeyRate.KeyRateInputException;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Everything between the two encoders and the two detectors of a Bell-state measurement, without dead time (see
/// <see cref="DeadTimeChain"/>).
/// </summary>
/// <param name="ArmLossDbA">Loss of A's arm up to the detectors in dB, hub included, detector efficiency excluded; 0 or more.</param>
/// <param name="ArmLossDbB">The same for B's arm.</param>
/// <param name="DetectorEfficiency">Efficiency of both detectors, 0 to 1.</param>
/// <param name="DarkCountsPerWindow">Probability of a dark or background click per detector and time-bin window, 0 to 0.5.</param>
/// <param name="Overlap">M = |⟨ψ_a|ψ_b⟩|² of the two users' pulses, 0 to 1. The Hong–Ou–Mandel dip of weak pulses is M/2.</param>
/// <param name="Extinction">Share of a Z state's light that is in the wrong bin, 0 to 0.5. X states are split equally.</param>
/// <param name="PhaseErrorRad">Relative phase error between the users' late bins in radians.</param>
/// <param name="MisalignmentZ">Probability that a Z–Z event is read with one bit flipped (e_d of the closed form), 0 to 0.5.</param>
/// <param name="MisalignmentX">The same for all other events.</param>
/// <param name="AcceptPsiPlus">Whether |ψ⁺⟩ is announced too (k = 1); otherwise |ψ⁻⟩ only (k = 1/2).</param>
public sealed record ChannelParameters(
    double ArmLossDbA,
    double ArmLossDbB,
    double DetectorEfficiency,
    double DarkCountsPerWindow,
    double Overlap = 1,
    double Extinction = 0,
    double PhaseErrorRad = 0,
    double MisalignmentZ = 0,
    double MisalignmentX = 0,
    bool AcceptPsiPlus = false)
{
    /// <summary>Probability that a photon sent by A makes a detector click, before the beam splitter chooses which one.</summary>
    public double TransmittanceA => DetectorEfficiency * Math.Pow(10, -ArmLossDbA / 10);

    /// <summary>The same for B.</summary>
    public double TransmittanceB => DetectorEfficiency * Math.Pow(10, -ArmLossDbB / 10);

    /// <summary>Dark-click probability of one window: 1 − exp(−rate × window).</summary>
    /// <param name="darkRateHz">Dark and background counts per second of one detector.</param>
    /// <param name="windowPs">Width of the acceptance window.</param>
    public static double DarkCountsOf(double darkRateHz, double windowPs) => -Elementary.Expm1(-darkRateHz * windowPs * 1e-12);

    /// <summary>Returns the parameters, or throws <see cref="KeyRateInputException"/> for the first one out of range.</summary>
    public ChannelParameters Validated()
    {
        const double LossDbMax = 200;
        RequireRange(ArmLossDbA, 0, LossDbMax);
        RequireRange(ArmLossDbB, 0, LossDbMax);
        RequireRange(DetectorEfficiency, 0, 1);
        RequireRange(DarkCountsPerWindow, 0, 0.5);
        RequireRange(Overlap, 0, 1);
        RequireRange(Extinction, 0, 0.5);
        RequireRange(PhaseErrorRad, -Math.PI, Math.PI);
        RequireRange(MisalignmentZ, 0, 0.5);
        RequireRange(MisalignmentX, 0, 0.5);
        return this;
    }
}
