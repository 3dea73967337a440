using System.Globalization;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Literature;
using MdiQkd.Evaluation.Plots;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Section of a report that compares published figures with predictions.</summary>
internal static class LiteratureSection
{
    /// <summary>The section.</summary>
    /// <param name="compared">Published figures with their predictions.</param>
    /// <param name="curves">Predicted curves of the systems with published rates.</param>
    internal static ReportSection Of(
        IReadOnlyList<ComparedPoint> compared, IReadOnlyList<(PublishedSystem System, EvaluatedPoint[] Points)> curves) => new(
        "literature",
        "Published figures beside predictions",
        [
            .. compared.Select(point => point.System).Distinct().Select(system => (system.Name, string.Join(
                ", ",
                system.Unknown.Select(unknown => string.Create(
                    CultureInfo.InvariantCulture, $"{unknown.Key} {unknown.Value[0]:G4} to {unknown.Value[1]:G4}"))))),
        ],
        [
            "Lines and predicted: the scenario of the system, host/common/MdiQkd.KeyRate/Literature, whose comments say what was read and what is "
            + "assumed. Dotted bars, worst and best: what was not read varied as the assumptions list. A figure without a rate says that there is a key.",
            .. compared.Select(point => point.System).Distinct().Select(system => $"{system.Name}: {system.Reference}"),
        ],
        [
            Figure("literature", "Published rates of MDI-QKD and predictions", compared, curves, pairing: false),
            Figure("literature-mode-pairing", "Published rates of mode pairing and predictions", compared, curves, pairing: true),
        ],
        new ReportTable(
            ["system", "at", "published", "predicted", "worst", "best", "unit", "within", "curve"],
            [
                .. compared.Select(point => (object?[])
                [
                    point.System.Name, Place(point.Point), point.Published, point.Rate(point.Predicted), point.Rate(point.Worst),
                    point.Rate(point.Best), point.IsPerSlot ? "bit/slot" : "bit/s", point.IsWithin, point.System.Curve,
                ]),
            ]));

    private static string Place(PublishedPoint point) =>
        string.Create(CultureInfo.InvariantCulture, $"{point.X:G4} {(point.At == "loss" ? "dB" : "km")}");

    private static ReportFigure Figure(
        string name,
        string title,
        IReadOnlyList<ComparedPoint> compared,
        IReadOnlyList<(PublishedSystem System, EvaluatedPoint[] Points)> curves,
        bool pairing)
    {
        List<PlotSeries> series = [];
        foreach ((PublishedSystem system, EvaluatedPoint[] points) in curves.Where(curve => IsPairing(curve.System) == pairing))
        {
            int colour = series.Count(line => line.Style == PlotStyle.Solid);
            series.Add(new(system.Name, [.. points.Select(X)], [.. points.Select(point => (double?)point.BitsPerSlot)]) { Colour = colour });
            foreach (ComparedPoint point in compared.Where(point => point.System == system))
            {
                double x = X(point.Predicted);
                series.Add(new("", [x, x], [point.Worst.BitsPerSlot, point.Best.BitsPerSlot], PlotStyle.Dashed) { Colour = colour });
                series.Add(new("", [x], [point.PublishedPerSlot], PlotStyle.Markers) { Colour = colour });
            }
        }

        Plot plot = new(title, "loss from user to user (dB)", "secret bits per slot", series) { LogY = true, YMin = 1e-11 };
        return new ReportFigure(name, plot, null, "Lines: predicted. Markers: published. Dashed bars: predicted with what was not read varied.");
    }

    private static double X(EvaluatedPoint point) => point.Scenario.TotalLossDb;

    private static bool IsPairing(PublishedSystem system) => system.Prediction == Curve.ModePairing;
}
