namespace MdiQkd.KeyRate.Channel;

/// <summary>One value for each of the four detection windows of a slot: detector c or d, early or late bin.</summary>
/// <param name="CEarly">Detector c, early bin.</param>
/// <param name="CLate">Detector c, late bin.</param>
/// <param name="DEarly">Detector d, early bin.</param>
/// <param name="DLate">Detector d, late bin.</param>
public readonly record struct WindowValues(double CEarly, double CLate, double DEarly, double DLate)
{
    /// <summary>Sum of the four.</summary>
    public double Sum => CEarly + CLate + DEarly + DLate;
}
