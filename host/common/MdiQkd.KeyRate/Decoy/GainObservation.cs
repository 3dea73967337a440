namespace MdiQkd.KeyRate.Decoy;

/// <summary>Gain of one pair of X-basis intensities (0 = vacuum) with its interval of confidence; exact if both ends are equal.</summary>
/// <param name="IntensityA">Mean photon number of A.</param>
/// <param name="IntensityB">Mean photon number of B.</param>
/// <param name="GainLower">Q is at least this.</param>
/// <param name="GainUpper">Q is at most this.</param>
/// <param name="ErrorLower">EQ is at least this.</param>
/// <param name="ErrorUpper">EQ is at most this.</param>
public readonly record struct GainObservation(
    double IntensityA, double IntensityB, double GainLower, double GainUpper, double ErrorLower, double ErrorUpper)
{
    /// <summary>An exactly known gain.</summary>
    public static GainObservation Exact(double intensityA, double intensityB, Channel.PairGain gain) =>
        new(intensityA, intensityB, gain.Gain, gain.Gain, gain.ErrorGain, gain.ErrorGain);

    /// <summary>Throws <see cref="KeyRateInputException"/> for the first field out of range.</summary>
    internal void Validate()
    {
        KeyRateInputException.RequireRange(IntensityA, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireRange(IntensityB, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireRange(GainLower, 0, 1);
        KeyRateInputException.RequireRange(GainUpper, GainLower, 1);
        KeyRateInputException.RequireRange(ErrorLower, 0, GainUpper);
        KeyRateInputException.RequireRange(ErrorUpper, ErrorLower, 1);
    }
}
