using System.Globalization;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Plots;
using MdiQkd.Evaluation.Sweeps;
using MdiQkd.Evaluation.Validation;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Section of a report about one sweep: rates, error rates, settings and, if asked for, the comparison with simulation.</summary>
internal static class SweepSection
{
    // Less than a bit in a hundred seconds is no rate that anyone would use.
    private const double RateMin = 1e-2;

    /// <summary>The section.</summary>
    /// <param name="sweep">Evaluated sweep.</param>
    /// <param name="marks">Vertical lines in the plot of rates.</param>
    internal static ReportSection Of(SweepResult sweep, IReadOnlyList<(double X, string Label)> marks)
    {
        string name = sweep.Sweep.Quantity.Name;
        bool pairing = sweep.Curves.Any(points => points[0].Curve.Name.StartsWith("mode-pairing", StringComparison.Ordinal));
        List<ReportFigure> figures = [Rates(sweep, marks)];
        if (Of(sweep, Curve.Four) is { } four)
        {
            figures.AddRange([Errors(sweep, four), Intensities(sweep, four), Probabilities(sweep, four)]);
            if (four.Any(point => point.Check is not null))
            {
                figures.Add(Deviations(sweep, four));
            }
        }

        return new ReportSection(
            name,
            $"Key rate against {sweep.Sweep.Quantity.Label}",
            [
                .. Assumptions.Of(sweep.Scenario, name),
                .. pairing ? Assumptions.OfModePairing(sweep.Scenario.ModePairing) : [],
            ],
            Notes(sweep),
            figures,
            PointTable.Of(name, sweep.Sweep.Quantity.Unit, sweep.Curves.SelectMany(points => points)));
    }

    private static ReportFigure Rates(SweepResult sweep, IReadOnlyList<(double X, string Label)> marks)
    {
        List<PlotSeries> series = [];
        int colour = 0;
        foreach (IReadOnlyList<EvaluatedPoint> points in sweep.Curves)
        {
            bool infinite = points[0].Curve.Name.EndsWith("infinite", StringComparison.Ordinal);
            PlotStyle style = points[0].Curve == Curve.Repeaterless ? PlotStyle.Dotted : infinite ? PlotStyle.Dashed : PlotStyle.Solid;
            series.Add(Series(points[0].Curve.Label, points, p => p.BitsPerSecond >= RateMin ? p.BitsPerSecond : null, style) with
            {
                Colour = points[0].Curve == Curve.Repeaterless ? 7 : colour++,
            });
            EvaluatedPoint[] odd = [.. points.Where(point => point.Check is { Differs: true })];
            if (odd.Length > 0)
            {
                series.Add(Series("differs from simulation", odd, p => p.BitsPerSecond, PlotStyle.Rings) with { Colour = 1 });
            }
        }

        string each = sweep.Scenario.Sharing.Users > 2 || sweep.Sweep.Quantity.Name == "users" ? " of one pair" : "";
        Plot plot = New(sweep, "Secret key rate" + each, "secret bits per second" + each, series) with { LogY = true, YMin = RateMin, Marks = marks };
        return new ReportFigure($"{sweep.Sweep.Quantity.Name}-rate", plot, null, "Rate with settings optimised at every point.");
    }

    private static ReportFigure Errors(SweepResult sweep, IReadOnlyList<EvaluatedPoint> four)
    {
        Plot plot = New(sweep, "Error rates, four intensities", "error rate",
        [
            Series("phase error, upper bound", four, p => p.Ell > 0 ? p.PhaseError : null, PlotStyle.Solid),
            Series("QBER of the raw key", four, p => p.Ell > 0 ? p.QberZ : null, PlotStyle.Dashed),
        ]) with { YMin = 0 };
        return new ReportFigure(
            $"{sweep.Sweep.Quantity.Name}-errors", plot, null,
            "Bound on the phase error of single-photon pairs, which the key is shortened by, and the error rate that is corrected.");
    }

    private static ReportFigure Intensities(SweepResult sweep, IReadOnlyList<EvaluatedPoint> four) => Settings(
        sweep, four, "intensities", "mean photon number", ("z", u => u.Z), ("v", u => u.V), ("w", u => u.W));

    private static ReportFigure Probabilities(SweepResult sweep, IReadOnlyList<EvaluatedPoint> four) => Settings(
        sweep, four, "probabilities", "probability", ("z", u => u.Pz), ("v", u => u.Pv), ("w", u => u.Pw), ("vacuum", u => u.Po));

    private static ReportFigure Settings(
        SweepResult sweep,
        IReadOnlyList<EvaluatedPoint> four,
        string what,
        string axis,
        params (string Label, Func<UserParameters, double> Value)[] settings)
    {
        bool equal = four.All(point => point.A == point.B);
        List<PlotSeries> series = [];
        for (int i = 0; i < settings.Length; i++)
        {
            Func<UserParameters, double> value = settings[i].Value;
            series.Add(Series(
                equal ? settings[i].Label : $"{settings[i].Label} of A", four, p => p.Ell > 0 ? value(p.A!) : null, PlotStyle.Solid)
                with { Colour = i });
            if (!equal)
            {
                series.Add(Series($"{settings[i].Label} of B", four, p => p.Ell > 0 ? value(p.B!) : null, PlotStyle.Dashed)
                    with { Colour = i });
            }
        }

        Plot plot = New(sweep, $"Optimised {what}, four intensities", axis, series) with { YMin = 0 };
        return new ReportFigure(
            $"{sweep.Sweep.Quantity.Name}-{what}", plot, null, $"Settings that make the longest key: {what} of each label.");
    }

    private static ReportFigure Deviations(SweepResult sweep, IReadOnlyList<EvaluatedPoint> four)
    {
        EvaluatedPoint[] checkedPoints = [.. four.Where(point => point.Check is not null)];
        double[] ends = [checkedPoints[0].X, checkedPoints[^1].X];
        Plot plot = New(sweep, "Simulation against theory", "largest difference of a point (standard deviations)",
        [
            Series("largest difference", checkedPoints, p => p.Check!.Worst.Sigma, PlotStyle.Markers),
            new("4 σ", ends, [SimulationCheck.SigmaMax, SimulationCheck.SigmaMax], PlotStyle.Dashed) { Colour = 1 },
            new("", ends, [-SimulationCheck.SigmaMax, -SimulationCheck.SigmaMax], PlotStyle.Dashed) { Colour = 1 },
        ]);
        return new ReportFigure(
            $"{sweep.Sweep.Quantity.Name}-validation", plot, null,
            "Of all counts that were compared at a point, the one that differs most, with its sign (simulated minus expected).");
    }

    private static List<string> Notes(SweepResult sweep)
    {
        List<string> notes = [.. sweep.Curves.Select(points => $"{points[0].Curve.Label}: {points[0].Curve.Note}")];
        EvaluatedPoint[] validated = [.. sweep.Curves.SelectMany(points => points).Where(point => point.Check is not null)];
        if (validated.Length > 0)
        {
            int compared = validated.Sum(point => point.Check!.Counts.Count);
            EvaluatedPoint[] odd = [.. validated.Where(point => point.Check!.Differs)];

            // 6.3e-5 is the probability of more than 4 σ of a normal variable.
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Event-level simulation of {validated.Length} points, {compared} counts compared: {odd.Length} points differ beyond 4 σ; "
                + $"{compared * 6.3e-5:0.00} would by chance."));
            notes.AddRange(odd.Select(point => string.Create(
                CultureInfo.InvariantCulture,
                $"Differs at {point.X:G6} {sweep.Sweep.Quantity.Unit}: {point.Check!.Worst.Name}, expected {point.Check.Worst.Expected:G6}, "
                + $"simulated {point.Check.Worst.Simulated}, {point.Check.Worst.Sigma:+0.0;-0.0} σ.")));
        }

        return notes;
    }

    private static IReadOnlyList<EvaluatedPoint>? Of(SweepResult sweep, Curve curve) =>
        sweep.Curves.FirstOrDefault(points => points[0].Curve == curve);

    private static Plot New(SweepResult sweep, string title, string axis, IReadOnlyList<PlotSeries> series) =>
        new(title, sweep.Sweep.Quantity.Axis, axis, series)
        {
            LogX = sweep.Sweep.IsLogarithmic, WholeX = sweep.Sweep.Quantity.Name == "users",
        };

    private static PlotSeries Series(
        string label, IReadOnlyList<EvaluatedPoint> points, Func<EvaluatedPoint, double?> value, PlotStyle style) =>
        new(label, [.. points.Select(point => point.X)], [.. points.Select(value)], style);
}
