using System.Globalization;
using MdiQkd.Evaluation.Plots;
using MdiQkd.Evaluation.Sweeps;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Section of a report about the largest tolerable loss.</summary>
internal static class ToleranceSection
{
    /// <summary>The section.</summary>
    /// <param name="found">One entry per pair and block time, all times of a pair in a row.</param>
    internal static ReportSection Of(IReadOnlyList<ToleratedLoss> found)
    {
        PlotSeries[] series =
        [
            .. found.GroupBy(entry => entry.Name).SelectMany((pair, i) => new PlotSeries[]
            {
                new(pair.Key, Times(pair), [.. pair.Select(entry => entry.TotalLossDb)]) { Colour = i },
                new($"{pair.Key}: loss as it is", Times(pair), [.. pair.Select(entry => (double?)entry.Scenario.TotalLossDb)], PlotStyle.Dotted)
                {
                    Colour = i,
                },
            }),
        ];
        Plot plot = new("Largest tolerable loss", "time of light of a block (s)", "loss from user to user, hub included (dB)", series)
        {
            LogX = true,
        };
        return new ReportSection(
            "tolerance",
            "Loss tolerance",
            Assumptions.Of(found[0].Scenario, "block-time", "distance"),
            [
                "The largest loss with a positive key, by bisection to 0.02 dB, half of the added loss in each arm, settings optimised at every "
                + "step. Detector efficiency is not counted as loss.",
            ],
            found.Select(entry => entry.Scenario.Block.Seconds).Distinct().Count() > 1
                ? [new ReportFigure("tolerance", plot, null, "Longer blocks tolerate more loss.")]
                : [],
            new ReportTable(
                ["pair", "blockTime", "blockSeconds", "lossDb", "toleratedLossDb", "marginDb", "fibreKm", "toleratedFibreKm"],
                [
                    .. found.Select(entry => (object?[])
                    [
                        entry.Name, Duration(entry.Scenario.Block.Seconds), entry.Scenario.Block.Seconds, entry.Scenario.TotalLossDb,
                        entry.TotalLossDb, entry.MarginDb, entry.Scenario.TotalLengthKm, entry.FibreKm,
                    ]),
                ]));
    }

    /// <summary>A duration in the largest unit that divides it.</summary>
    internal static string Duration(double seconds)
    {
        (double Seconds, string Unit)[] units = [(86_400, "day"), (3600, "h"), (60, "min")];
        foreach ((double length, string unit) in units.Where(unit => seconds >= unit.Seconds && seconds % unit.Seconds == 0))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{seconds / length:G6} {unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{seconds:G6} s");
    }

    private static double[] Times(IEnumerable<ToleratedLoss> pair) => [.. pair.Select(entry => entry.Scenario.Block.Seconds)];
}
