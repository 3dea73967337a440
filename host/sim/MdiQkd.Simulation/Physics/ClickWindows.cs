namespace MdiQkd.Simulation.Physics;

/// <summary>Bits of a click pattern, one per detection window of a slot; as in <see cref="KeyRate.Channel.ExactChannel"/>.</summary>
internal static class ClickWindows
{
    /// <summary>Detector c, early bin.</summary>
    public const int CEarly = 1;

    /// <summary>Detector c, late bin.</summary>
    public const int CLate = 2;

    /// <summary>Detector d, early bin.</summary>
    public const int DEarly = 4;

    /// <summary>Detector d, late bin.</summary>
    public const int DLate = 8;
}
