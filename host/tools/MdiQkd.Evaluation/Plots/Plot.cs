namespace MdiQkd.Evaluation.Plots;

/// <summary>A plot as data; <see cref="PlotDrawing"/> draws it.</summary>
/// <param name="Title">Title.</param>
/// <param name="XAxis">Label of the abscissa with unit.</param>
/// <param name="YAxis">Label of the ordinate with unit.</param>
/// <param name="Series">Lines.</param>
internal sealed record Plot(string Title, string XAxis, string YAxis, IReadOnlyList<PlotSeries> Series)
{
    /// <summary>Logarithmic abscissa.</summary>
    internal bool LogX { get; init; }

    /// <summary>Logarithmic ordinate.</summary>
    internal bool LogY { get; init; }

    /// <summary>Smallest ordinate shown; null = as the data ask.</summary>
    internal double? YMin { get; init; }

    /// <summary>Vertical lines with their labels.</summary>
    internal IReadOnlyList<(double X, string Label)> Marks { get; init; } = [];

    /// <summary>Whole numbers only on the abscissa.</summary>
    internal bool WholeX { get; init; }
}
