namespace MdiQkd.Measurement.Feedback;

/// <summary>Which laser does not follow its setting.</summary>
public enum LaserFault
{
    /// <summary>Both follow, as far as is known.</summary>
    None,

    /// <summary>A's.</summary>
    A,

    /// <summary>B's.</summary>
    B,

    /// <summary>Neither.</summary>
    Both,
}
