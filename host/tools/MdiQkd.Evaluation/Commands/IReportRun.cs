using MdiQkd.Evaluation.Reports;

namespace MdiQkd.Evaluation.Commands;

/// <summary>A computation of known size that makes a report.</summary>
internal interface IReportRun
{
    /// <summary>Number of jobs, for a progress bar.</summary>
    int Jobs { get; }

    /// <summary>Runs the jobs.</summary>
    /// <param name="done">Told after each, from any thread.</param>
    /// <param name="cancellation">Stops after the jobs under way.</param>
    /// <exception cref="KeyRate.KeyRateInputException">A point is out of range.</exception>
    Report Execute(Action? done, CancellationToken cancellation);
}
