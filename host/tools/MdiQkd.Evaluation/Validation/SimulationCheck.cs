namespace MdiQkd.Evaluation.Validation;

/// <summary>Comparison of theory with an event-level simulation at one point.</summary>
/// <param name="SimulatedSeconds">Simulated time of light.</param>
/// <param name="Counts">What was compared.</param>
internal sealed record SimulationCheck(double SimulatedSeconds, IReadOnlyList<CheckedCount> Counts)
{
    /// <summary>Largest difference that is not marked.</summary>
    internal const double SigmaMax = 4;

    /// <summary>The count that differs most.</summary>
    internal CheckedCount Worst => Counts.MaxBy(count => Math.Abs(count.Sigma))!;

    /// <summary>Whether theory and simulation differ beyond <see cref="SigmaMax"/>.</summary>
    internal bool Differs => Math.Abs(Worst.Sigma) > SigmaMax;
}
