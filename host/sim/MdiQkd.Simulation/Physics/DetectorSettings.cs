namespace MdiQkd.Simulation.Physics;

/// <summary>Both single-photon detectors of a station.</summary>
/// <param name="Efficiency">Detection efficiency of a recovered detector, 0..1.</param>
/// <param name="DarkRateHz">Dark and background counts per second of each detector, 0..1e8.</param>
/// <param name="DeadTimePs">Non-paralysable dead time t0 after each click; a click exactly one dead time later is seen.</param>
/// <param name="JitterFwhmPs">Full width at half maximum of the Gaussian timing error of detector and electronics.</param>
/// <param name="RecoveryPs">
/// Time constant τ of a superconducting nanowire's recovery, 0..1e6: efficiency η(1 − exp(−(t − t0)/τ)) at t after a click (10 to 15 ns are
/// typical, with t0 near 10 ns). Fidelity coincidences takes t0 + τ as dead time: the same light is missed.
/// </param>
/// <param name="AfterpulseProbability">Probability that a click is followed by an afterpulse, 0..0.5; InGaAs 0.01 to 0.05, nanowires 0.</param>
/// <param name="AfterpulsePs">Mean delay of an afterpulse beyond the dead time, exponential, 1..1e9.</param>
public sealed record DetectorSettings(
    double Efficiency,
    double DarkRateHz,
    double DeadTimePs,
    double JitterFwhmPs,
    double RecoveryPs = 0,
    double AfterpulseProbability = 0,
    double AfterpulsePs = 1_000_000)
{
    /// <summary>Longest dead time, 1 ms: beyond any gated detector.</summary>
    public const double DeadTimePsMax = 1e9;

    /// <summary>Standard deviation of the timing error.</summary>
    public double JitterSigmaPs => InterferenceSettings.SigmaOf(JitterFwhmPs);

    /// <summary>Dead time after which as much light is missed as with gradual recovery: ∫(1 − η(t)/η) dt.</summary>
    public double EffectiveDeadTimePs => DeadTimePs + RecoveryPs;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Efficiency is not (>= 0 and <= 1) ? $"efficiency = {Efficiency} is outside 0..1"
        : DarkRateHz is not (>= 0 and <= 1e8) ? $"darkRateHz = {DarkRateHz} is outside 0..1e8"
        : DeadTimePs is not (>= 0 and <= DeadTimePsMax) ? $"deadTimePs = {DeadTimePs} is outside 0..{DeadTimePsMax}"
        : JitterFwhmPs is not (>= 0 and <= JitterTable.FwhmPsMax)
            ? $"jitterFwhmPs = {JitterFwhmPs} is outside 0..{JitterTable.FwhmPsMax}"
        : RecoveryPs is not (>= 0 and <= 1e6) ? $"recoveryPs = {RecoveryPs} is outside 0..1e6"
        : AfterpulseProbability is not (>= 0 and <= 0.5) ? $"afterpulseProbability = {AfterpulseProbability} is outside 0..0.5"
        : AfterpulsePs is not (>= 1 and <= 1e9) ? $"afterpulsePs = {AfterpulsePs} is outside 1..1e9"
        : null;
}
