using System.Globalization;
using MdiQkd.Measurement.Statistics;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MdiQkd.Replay;

/// <summary>Plots of a replay: rates over time, arrivals or intervals, correlation. PNG, and SVG where no font is installed.</summary>
internal static class ReplayPlots
{
    private const int Width = 1000;
    private const int Height = 560;

    /// <summary>Whether text can be drawn into a PNG on this machine.</summary>
    internal static bool HasFonts => SkiaSharp.SKFontManager.Default.FontFamilies.Any();

    /// <summary>Writes the plots into a folder, which is made if needed; yields the files.</summary>
    internal static IReadOnlyList<string> Write(ReplayRun run, string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> files = [];
        Save(Rates(run.Rates), "rates");
        Save(run.Arrivals.Count > 0 ? Arrivals(run) : Intervals(run), run.Arrivals.Count > 0 ? "arrivals" : "intervals");
        Save(Correlation(run.Correlation!), "correlation");
        return files;

        void Save(Plot plot, string name)
        {
            string path = Path.Combine(folder, name + ".png");
            plot.SavePng(path, Width, Height);
            files.Add(path);
            if (!HasFonts)
            {
                path = Path.ChangeExtension(path, ".svg");
                plot.SaveSvg(path, Width, Height);
                files.Add(path);
            }
        }
    }

    private static Plot Rates(RateTrace rates)
    {
        Plot plot = Empty("Time since the first tag (s)", "Rate (kcps)");

        // The last interval is cut by the end of the recording; it shows only if it is the only one.
        int intervals = rates.Intervals > 1 ? rates.Intervals - 1 : rates.Intervals;
        double seconds = rates.IntervalPs * 1e-12;
        foreach (byte channel in rates.Channels)
        {
            double[] y = [.. rates.Counts(channel)[..intervals].ToArray().Select(count => count / seconds / 1000)];
            double[] x = [.. Enumerable.Range(0, intervals).Select(i => (i + 0.5) * seconds)];
            Line(plot, x, y, $"channel {channel}");
        }

        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        return plot;
    }

    private static Plot Arrivals(ReplayRun run)
    {
        ArrivalReport report = run.Report!.Arrivals!;
        Plot plot = Empty("Time in the slot (ps)", "Tags per bin");
        foreach (ArrivalHistogram arrivals in run.Arrivals)
        {
            double bin = (double)arrivals.PeriodPs / arrivals.Counts.Count;
            Steps(plot, i => i * bin, arrivals.Counts, $"channel {arrivals.Channel}");
        }

        List<(string Name, long CentrePs)> bins = [("early", report.EarlyCentrePs)];
        if (run.Timing is { } timing)
        {
            bins.Add(("late", (report.EarlyCentrePs + timing.BinSpacingPs) % report.PeriodPs));
            plot.Title($"Arrivals modulo {report.PeriodPs} ps; early and late bin, windows of {timing.WindowPs} ps shaded");
        }

        plot.Axes.AutoScale();
        double top = 1.05 * plot.Axes.GetLimits().Top;
        bins.ForEach(bin => MarkBin(bin.CentrePs, bin.Name));
        plot.Axes.SetLimits(0, report.PeriodPs, 0, top);
        return plot;

        void MarkBin(long centrePs, string name)
        {
            double half = (run.Timing?.WindowPs ?? 0) / 2.0;
            foreach (double shift in (double[])[-report.PeriodPs, 0, report.PeriodPs])
            {
                var span = plot.Add.HorizontalSpan(centrePs + shift - half, centrePs + shift + half);
                span.FillColor = Colors.Gray.WithAlpha(0.18);
                span.LineWidth = 0;
            }

            plot.Add.VerticalLine(centrePs, 1, Colors.Gray, LinePattern.Dashed);
            plot.Add.Text(name, centrePs, top).LabelAlignment = Alignment.UpperLeft;
        }
    }

    private static Plot Intervals(ReplayRun run)
    {
        Plot plot = Empty("Interval between tags", $"Intervals per ns of width, channel {run.Report!.Channels[0]}");
        IReadOnlyList<long> counts = run.Intervals!.Counts;
        int first = counts.TakeWhile(count => count == 0).Count();
        int last = counts.Count - counts.Reverse().TakeWhile(count => count == 0).Count();
        List<double> x = [];
        List<double> y = [];
        for (int i = first; i < last; i++)
        {
            // Zero has no logarithm: it lies at a tenth of a count.
            double widthNs = (IntervalHistogram.LowerPs(i + 1) - IntervalHistogram.LowerPs(i)) * 1e-3;
            x.Add(Math.Log10(Math.Max(0.5, IntervalHistogram.LowerPs(i))));
            y.Add(Math.Log10(Math.Max(0.1, counts[i]) / widthNs));
        }

        var line = plot.Add.Scatter(x.ToArray(), y.ToArray());
        line.ConnectStyle = ConnectStyle.StepHorizontal;
        line.MarkerSize = 0;
        line.LineWidth = 2;
        Logarithmic(plot.Axes.Bottom, TimeText);
        Logarithmic(plot.Axes.Left, value => value.ToString("G4", CultureInfo.InvariantCulture));
        plot.Axes.AutoScale();
        return plot;
    }

    private static Plot Correlation(CorrelationHistogram correlation)
    {
        Plot plot = Empty("τ = t(b) − t(a) (ns)", "g(τ)");
        double[] g = correlation.Normalised();
        double bin = correlation.BinPs * 1e-3;
        Steps(plot, i => (correlation.TauPs(i) * 1e-3) - (bin / 2), g, null);
        plot.Add.HorizontalLine(1, 1, Colors.Gray, LinePattern.Dashed);
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, Math.Max(1.2, plot.Axes.GetLimits().Top));
        plot.Axes.SetLimitsX(-(g.Length / 2) * bin, g.Length / 2 * bin);
        return plot;
    }

    private static Plot Empty(string x, string y)
    {
        Plot plot = new();
        plot.XLabel(x);
        plot.YLabel(y);
        plot.Font.Automatic();

        // Room for the half of the last number that stands right of the axis.
        plot.Axes.Right.MinimumSize = 25;
        return plot;
    }

    private static void Line(Plot plot, double[] x, double[] y, string name)
    {
        var line = plot.Add.Scatter(x, y);
        line.LegendText = name;
        line.MarkerSize = x.Length == 1 ? 6 : 0;
        line.LineWidth = 1.5f;
        plot.ShowLegend(Alignment.LowerRight);
    }

    private static void Steps<T>(Plot plot, Func<int, double> left, IReadOnlyList<T> values, string? name)
        where T : struct, IConvertible
    {
        double[] x = [.. Enumerable.Range(0, values.Count + 1).Select(left)];
        double[] y = [.. values.Append(values[^1]).Select(value => value.ToDouble(CultureInfo.InvariantCulture))];
        var line = plot.Add.Scatter(x, y);
        line.ConnectStyle = ConnectStyle.StepHorizontal;
        line.MarkerSize = 0;
        line.LineWidth = 1.5f;
        if (name is not null)
        {
            line.LegendText = name;
            plot.ShowLegend(Alignment.UpperRight);
        }
    }

    private static void Logarithmic(IAxis axis, Func<double, string> text) => axis.TickGenerator = new NumericAutomatic
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = exponent => text(Math.Pow(10, exponent)),
    };

    private static string TimeText(double ps) => ps switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{ps:G3} ps"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{ps / 1e3:G3} ns"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{ps / 1e6:G3} µs"),
        < 1e12 => string.Create(CultureInfo.InvariantCulture, $"{ps / 1e9:G3} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ps / 1e12:G3} s"),
    };
}
