using MdiQkd.Reconciliation;

namespace MdiQkd.CodeDesign;

/// <summary>What the code book is built from: one plan per base matrix.</summary>
/// <param name="Profile">Column degrees.</param>
/// <param name="RowsAfterRound">Row blocks after each round.</param>
/// <param name="FirstRoundQber">Thresholds per lifting.</param>
/// <param name="Seed">Seed of the construction.</param>
public sealed record CodePlan(DegreeProfile Profile, int[] RowsAfterRound, double[] FirstRoundQber, int Seed)
{
    /// <summary>Column blocks of every code.</summary>
    public const int ColumnBlocks = 1024;

    /// <summary>All plans, ascending rows.</summary>
    public static IEnumerable<CodePlan> All()
    {
        for (double rows = 27; rows < 600; rows = Math.Max(rows + 1, rows * 1.04))
        {
            int first = (int)Math.Round(rows);
            int step = Math.Max(1, (int)Math.Round(first * 0.05));
            double[] thresholds = [.. new[] { 1.25, 1.20, 1.19 }.Select(f =>
                QberAt(first / (double)ColumnBlocks / (f + (0.35 * Math.Exp(-first / 100.0)))))];
            double mean = 4.2;
            double high = (mean - 3) / 9;
            yield return new CodePlan(
                new DegreeProfile([3, 12], [1 - high, high]), [first, first + step, first + (2 * step)], thresholds, first);
        }
    }

    private static double QberAt(double entropy)
    {
        double low = 0, high = 0.5;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = BinaryEntropy.Of(middle) < entropy ? (middle, high) : (low, middle);
        }

        return low;
    }
}
