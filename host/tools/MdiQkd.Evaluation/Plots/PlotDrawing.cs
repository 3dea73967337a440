using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MdiQkd.Evaluation.Plots;

/// <summary>Draws plots with ScottPlot.</summary>
internal static class PlotDrawing
{
    private const int Width = 900;
    private const int Height = 520;

    // Pixels per unit of length: sharp on a dense screen and in print, at 100 kB a plot.
    private const double Scale = 1.5;

    private static readonly string[] Colours =
        ["#0b5fa5", "#c8102e", "#2e8540", "#e07b00", "#6f42c1", "#8c564b", "#0097a7", "#7f7f7f"];

    // The first of these that the machine has.
    private static readonly string[] FontNames = ["DejaVu Sans", "Segoe UI", "Helvetica", "Arial"];

    /// <summary>PNG bytes of a plot.</summary>
    internal static byte[] Png(Plot plot) => Png(Draw(plot));

    /// <summary>PNG bytes of a matrix.</summary>
    internal static byte[] Png(MatrixPlot matrix) => Png(Draw(matrix));

    // Not SVG: Skia's SVG canvas draws dashes as solid lines.
    private static byte[] Png(ScottPlot.Plot drawing)
    {
        drawing.ScaleFactor = Scale;
        return drawing.GetImageBytes((int)(Scale * Width), (int)(Scale * Height), ImageFormat.Png);
    }

    private static ScottPlot.Plot Draw(Plot plot)
    {
        ScottPlot.Plot drawing = Empty(plot.Title, plot.XAxis, plot.YAxis);
        for (int i = 0; i < plot.Series.Count; i++)
        {
            Add(drawing, plot, plot.Series[i], plot.Series[i].Colour >= 0 ? plot.Series[i].Colour : i);
        }

        foreach ((double x, string label) in plot.Marks)
        {
            ScottPlot.Plottables.VerticalLine line = drawing.Add.VerticalLine(plot.LogX ? Math.Log10(x) : x);
            line.Color = Color.FromHex("#555555");
            line.LinePattern = LinePattern.Dashed;
            line.LegendText = label;
        }

        SetTicks(drawing.Axes.Bottom, plot.LogX);
        SetTicks(drawing.Axes.Left, plot.LogY);
        if (plot.WholeX)
        {
            drawing.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        }

        drawing.Axes.AutoScale();
        SetLimits(drawing, plot);
        drawing.ShowLegend(Edge.Bottom);
        drawing.Legend.Orientation = Orientation.Horizontal;
        return drawing;
    }

    private static ScottPlot.Plot Draw(MatrixPlot matrix)
    {
        int size = matrix.Names.Count;
        ScottPlot.Plot drawing = Empty(matrix.Title, "", "");
        double[,] colours = new double[size, size];
        double[] positive = [.. matrix.Values.Cast<double?>().Where(value => value > 0).Select(value => Math.Log10(value!.Value))];
        double middle = positive.Length > 0 ? 0.5 * (positive.Min() + positive.Max()) : 0;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                // Heat maps run downwards from the first row.
                colours[row, column] = matrix.Values[row, column] is { } value and > 0 ? Math.Log10(value) : double.NaN;
                ScottPlot.Plottables.Text text = drawing.Add.Text(matrix.Texts[row, column], column, size - 1 - row);
                text.Alignment = Alignment.MiddleCenter;
                text.LabelFontSize = size > 8 ? 9 : 14;

                // The upper half of the colours is bright.
                text.LabelFontColor = colours[row, column] < middle ? Colors.White : Colors.Black;
            }
        }

        ScottPlot.Plottables.Heatmap map = drawing.Add.Heatmap(colours);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        drawing.MoveToBack(map);
        double[] positions = [.. Enumerable.Range(0, size).Select(i => (double)i)];
        drawing.Axes.Bottom.TickGenerator = new NumericManual(positions, [.. matrix.Names]);
        drawing.Axes.Left.TickGenerator = new NumericManual(positions, [.. matrix.Names.Reverse()]);
        drawing.HideGrid();
        drawing.Axes.SetLimits(-0.5, size - 0.5, -0.5, size - 0.5);
        return drawing;
    }

    private static ScottPlot.Plot Empty(string title, string x, string y)
    {
        ScottPlot.Plot drawing = new();
        drawing.Font.Set(FontNames.FirstOrDefault(name => Fonts.GetTypeface(name, false, false) is not null) ?? Fonts.Default);
        drawing.Title(title, 16);
        drawing.XLabel(x, 14);
        drawing.YLabel(y, 14);
        drawing.Grid.MajorLineColor = Color.FromHex("#d9d9d9");
        return drawing;
    }

    private static void Add(ScottPlot.Plot drawing, Plot plot, PlotSeries series, int colour)
    {
        // A gap, where there is no key, splits a line.
        List<(double X, double Y)> run = [];
        bool named = false;
        for (int i = 0; i <= series.Xs.Count; i++)
        {
            if (i < series.Xs.Count && series.Ys[i] is { } y && (!plot.LogY || y > 0))
            {
                run.Add((plot.LogX ? Math.Log10(series.Xs[i]) : series.Xs[i], plot.LogY ? Math.Log10(y) : y));
            }
            else if (run.Count > 0)
            {
                ScottPlot.Plottables.Scatter line = drawing.Add.Scatter(run.Select(p => p.X).ToArray(), run.Select(p => p.Y).ToArray());
                Style(line, series.Style, Color.FromHex(Colours[colour % Colours.Length]));
                line.LegendText = named ? "" : series.Label;
                named = true;
                run.Clear();
            }
        }
    }

    private static void Style(ScottPlot.Plottables.Scatter line, PlotStyle style, Color colour)
    {
        bool markers = style is PlotStyle.Markers or PlotStyle.Rings;
        line.Color = colour;
        line.LineWidth = markers ? 0 : 2;
        line.MarkerSize = style == PlotStyle.Rings ? 14 : markers ? 8 : 3;
        line.MarkerShape = style == PlotStyle.Rings ? MarkerShape.OpenCircle : MarkerShape.FilledCircle;
        line.MarkerLineWidth = 2;
        line.LinePattern = style switch
        {
            PlotStyle.Dashed => LinePattern.Dashed,
            PlotStyle.Dotted => LinePattern.Dotted,
            _ => LinePattern.Solid,
        };
    }

    private static void SetTicks(IAxis axis, bool logarithmic)
    {
        axis.TickLabelStyle.FontSize = 13;
        if (logarithmic)
        {
            axis.TickGenerator = new NumericAutomatic
            {
                MinorTickGenerator = new LogMinorTickGenerator(), IntegerTicksOnly = true, LabelFormatter = Power,
            };
        }
    }

    private static string Power(double exponent) => exponent is > -4.5 and < 4.5
        ? Math.Pow(10, exponent).ToString("0.####", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"1e{exponent:0}");

    private static void SetLimits(ScottPlot.Plot drawing, Plot plot)
    {
        AxisLimits limits = drawing.Axes.GetLimits();
        double bottom = plot.YMin is { } least ? (plot.LogY ? Math.Log10(least) : least) : limits.Bottom;

        // Whole decades where less than one is shown, or there would be no tick.
        double top = plot.LogY ? Math.Ceiling(limits.Top) : limits.Top;
        bottom = plot.LogY ? Math.Min(Math.Floor(Math.Max(bottom, limits.Bottom)), top - 1) : bottom;
        if (double.IsFinite(bottom) && double.IsFinite(top) && top > bottom)
        {
            drawing.Axes.SetLimitsY(bottom, top);
        }
    }
}
