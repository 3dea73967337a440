using MdiQkd.Evaluation.Commands;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Reports;
using MdiQkd.Evaluation.Sweeps;

namespace MdiQkd.Evaluation.Literature;

/// <summary>Predicts every published figure, and the curve of its system around it.</summary>
internal sealed class LiteratureRun : IReportRun
{
    private const int CurvePoints = 9;

    private readonly string command;
    private readonly List<Func<EvaluatedPoint>> jobs = [];
    private readonly List<(PublishedSystem System, PublishedPoint Point)> points = [];
    private readonly List<PublishedSystem> drawn = [];

    /// <summary>Plans the jobs: three per figure, then the curves.</summary>
    internal LiteratureRun(string command)
    {
        this.command = command;
        foreach (PublishedSystem system in PublishedSystems.All)
        {
            foreach (PublishedPoint point in system.Points)
            {
                points.Add((system, point));
                foreach (int? end in new int?[] { null, 0, 1 })
                {
                    Add(system, point.At, point.X, end);
                }
            }
        }

        foreach (PublishedSystem system in PublishedSystems.All.Where(system => system.Points[0] is not { BitsPerSecond: null, BitsPerSlot: null }))
        {
            drawn.Add(system);
            string at = system.Points[0].At;
            double from = 0.75 * system.Points.Min(point => point.X);
            double to = 1.2 * system.Points.Max(point => point.X);
            for (int i = 0; i < CurvePoints; i++)
            {
                Add(system, at, from + ((to - from) * i / (CurvePoints - 1)), null);
            }
        }
    }

    /// <inheritdoc/>
    public int Jobs => jobs.Count;

    /// <inheritdoc/>
    public Report Execute(Action? done, CancellationToken cancellation)
    {
        EvaluatedPoint[] results = Workload.Run(jobs, done, cancellation);
        ComparedPoint[] compared =
        [
            .. points.Select((point, i) => new ComparedPoint(
                point.System, point.Point, results[3 * i], results[(3 * i) + 1], results[(3 * i) + 2])),
        ];
        int start = 3 * points.Count;
        return new Report(
            "MDI-QKD: published figures and predictions",
            command,
            [
                LiteratureSection.Of(
                    compared,
                    [.. drawn.Select((system, i) => (system, results[(start + (i * CurvePoints))..(start + ((i + 1) * CurvePoints))]))]),
            ]);
    }

    private void Add(PublishedSystem system, string at, double x, int? end) =>
        jobs.Add(() => CurveEvaluator.Evaluate(system.Prediction, system.ScenarioAt(at, x, end), x));
}
