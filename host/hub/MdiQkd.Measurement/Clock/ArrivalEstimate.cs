namespace MdiQkd.Measurement.Clock;

/// <summary>What the arrivals of some tags within their slots showed.</summary>
/// <param name="Samples">Tags that were looked at.</param>
/// <param name="Contrast">Length of the mean phasor over that of sharp pulses without background, 0 to 1.</param>
/// <param name="PhaseErrorPs">Mean arrival minus the centres of the bins; positive = tags come late.</param>
/// <param name="PhaseErrorSigmaPs">One standard deviation.</param>
/// <param name="JitterPs">
/// Standard deviation of arrivals around the centres, pulse width and jitter together; null if too few tags tell. From the
/// ratio of two harmonics, so that uniform background does not enter.
/// </param>
public readonly record struct ArrivalEstimate(long Samples, double Contrast, double PhaseErrorPs, double PhaseErrorSigmaPs, double? JitterPs);
