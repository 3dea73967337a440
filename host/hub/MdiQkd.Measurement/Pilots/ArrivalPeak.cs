namespace MdiQkd.Measurement.Pilots;

/// <summary>Where one user's light arrives against the centre of its bin, and how much of it.</summary>
/// <param name="OffsetPs">Mean arrival minus bin centre; positive = late.</param>
/// <param name="OffsetErrorPs">One standard deviation.</param>
/// <param name="Clicks">Clicks of the peak above the background.</param>
/// <param name="RatePerSlot">The same per pilot slot.</param>
public sealed record ArrivalPeak(double OffsetPs, double OffsetErrorPs, double Clicks, double RatePerSlot);
