namespace MdiQkd.Evaluation.Plots;

/// <summary>How a series is drawn.</summary>
internal enum PlotStyle
{
    /// <summary>Solid line.</summary>
    Solid,

    /// <summary>Dashed line.</summary>
    Dashed,

    /// <summary>Dotted line.</summary>
    Dotted,

    /// <summary>Markers only: measured or simulated values.</summary>
    Markers,

    /// <summary>Large open markers: points that deserve a look.</summary>
    Rings,
}
