using MdiQkd.Evaluation.Plots;

namespace MdiQkd.Evaluation.Reports;

/// <summary>A figure with the assumptions that belong beside it.</summary>
/// <param name="Name">Name of a file for it.</param>
/// <param name="Plot">A plot, or null.</param>
/// <param name="Matrix">A matrix, if it is no plot.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record ReportFigure(string Name, Plot? Plot, MatrixPlot? Matrix, string Caption)
{
    /// <summary>PNG bytes.</summary>
    internal byte[] Png() => Plot is not null ? PlotDrawing.Png(Plot) : PlotDrawing.Png(Matrix!);
}
