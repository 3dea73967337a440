namespace MdiQkd.Evaluation.Validation;

/// <summary>One kind of event: expected by theory and counted in a simulation.</summary>
/// <param name="Name">Label pair or total.</param>
/// <param name="Expected">Expectation value.</param>
/// <param name="Simulated">Count.</param>
internal sealed record CheckedCount(string Name, double Expected, long Simulated)
{
    /// <summary>
    /// Difference in standard deviations of a Poisson count: √n + √(n + 1) − √(4λ + 1), Freeman and Tukey, Ann. Math. Stat. 21, 607 (1950), which is
    /// close to normal for small expectations too. A dead time makes counts scatter less, so that this errs on the quiet side.
    /// </summary>
    internal double Sigma => Math.Sqrt(Simulated) + Math.Sqrt(Simulated + 1) - Math.Sqrt((4 * Expected) + 1);
}
