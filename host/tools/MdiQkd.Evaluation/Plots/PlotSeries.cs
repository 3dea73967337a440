namespace MdiQkd.Evaluation.Plots;

/// <summary>A line of a plot.</summary>
/// <param name="Label">As in the legend.</param>
/// <param name="Xs">Abscissae.</param>
/// <param name="Ys">Ordinates; null or, on a logarithmic axis, 0 leaves a gap.</param>
/// <param name="Style">How it is drawn.</param>
internal sealed record PlotSeries(
    string Label, IReadOnlyList<double> Xs, IReadOnlyList<double?> Ys, PlotStyle Style = PlotStyle.Solid)
{
    /// <summary>Index of its colour; −1 for black.</summary>
    internal int Colour { get; init; } = -1;
}
