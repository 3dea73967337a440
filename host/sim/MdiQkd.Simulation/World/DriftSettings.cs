namespace MdiQkd.Simulation.World;

/// <summary>
/// How far a user's light is off at the start of a simulation, and how fast it drifts: each quantity swings about its start as
/// error + A·(sin(2πt/P + φ) − sin φ), with A such that the peak rate is the given one; φ and the sign of the error come from the seed.
/// </summary>
/// <param name="DelayErrorPs">Arrival time at the start, 0..2,400.</param>
/// <param name="DelayPsPerS">Peak drift of the arrival time; 1 to 10 ps/s in buried fibre, 0..100.</param>
/// <param name="FrequencyErrorMHz">Laser frequency at the start, 0..2,000.</param>
/// <param name="FrequencyMHzPerS">Peak drift of the laser frequency; 1 to 10 MHz/s for DFB lasers, 0..100.</param>
/// <param name="PolarisationErrorDeg">Polarisation angle at the start, 0..90.</param>
/// <param name="PolarisationDegPerS">Peak drift of the polarisation angle, 0..10.</param>
/// <param name="PeriodS">P, 1..86,400.</param>
public sealed record DriftSettings(
    double DelayErrorPs = 0,
    double DelayPsPerS = 0,
    double FrequencyErrorMHz = 0,
    double FrequencyMHzPerS = 0,
    double PolarisationErrorDeg = 0,
    double PolarisationDegPerS = 0,
    double PeriodS = 600)
{
    /// <summary>Whether anything is off or moves.</summary>
    public bool IsActive => DelayErrorPs > 0 || DelayPsPerS > 0 || FrequencyErrorMHz > 0 || FrequencyMHzPerS > 0
        || PolarisationErrorDeg > 0 || PolarisationDegPerS > 0;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault()
    {
        foreach ((string key, double value, double least, double most) in new[]
        {
            ("delayErrorPs", DelayErrorPs, 0, 2400),
            ("delayPsPerS", DelayPsPerS, 0, 100),
            ("frequencyErrorMHz", FrequencyErrorMHz, 0, 2000),
            ("frequencyMHzPerS", FrequencyMHzPerS, 0, 100),
            ("polarisationErrorDeg", PolarisationErrorDeg, 0, 90),
            ("polarisationDegPerS", PolarisationDegPerS, 0, 10),
            ("periodS", PeriodS, 1, 86_400),
        })
        {
            if (!(value >= least && value <= most))
            {
                return $"{key} = {value} is outside {least}..{most}";
            }
        }

        return null;
    }
}
