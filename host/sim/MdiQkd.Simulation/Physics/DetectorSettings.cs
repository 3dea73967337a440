namespace MdiQkd.Simulation.Physics;

/// <summary>Both single-photon detectors of a station.</summary>
/// <param name="Efficiency">Detection efficiency, 0..1.</param>
/// <param name="DarkRateHz">Dark and background counts per second of each detector, 0..1e8.</param>
/// <param name="DeadTimePs">Non-paralysable dead time after each click; a click exactly one dead time later is seen.</param>
/// <param name="JitterFwhmPs">Full width at half maximum of the Gaussian timing error of detector and electronics.</param>
public sealed record DetectorSettings(double Efficiency, double DarkRateHz, double DeadTimePs, double JitterFwhmPs)
{
    /// <summary>Longest dead time, 1 ms: beyond any gated detector.</summary>
    public const double DeadTimePsMax = 1e9;

    /// <summary>Standard deviation of the timing error.</summary>
    public double JitterSigmaPs => JitterFwhmPs / (2 * Math.Sqrt(2 * Math.Log(2)));

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Efficiency is not (>= 0 and <= 1) ? $"efficiency = {Efficiency} is outside 0..1"
        : DarkRateHz is not (>= 0 and <= 1e8) ? $"darkRateHz = {DarkRateHz} is outside 0..1e8"
        : DeadTimePs is not (>= 0 and <= DeadTimePsMax) ? $"deadTimePs = {DeadTimePs} is outside 0..{DeadTimePsMax}"
        : JitterFwhmPs is not (>= 0 and <= JitterTable.FwhmPsMax)
            ? $"jitterFwhmPs = {JitterFwhmPs} is outside 0..{JitterTable.FwhmPsMax}"
        : null;
}
