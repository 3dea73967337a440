using MdiQkd.Evaluation.Curves;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Evaluated points as a table; the same columns for every sweep.</summary>
internal static class PointTable
{
    private static readonly string[] Columns =
    [
        "curve", "quantity", "unit", "x", "secretBitsPerSecond", "secretBitsPerSlot", "keyBitsPerBlock", "phaseError", "qberZ",
        "reconciliationEfficiency", "siftedPerBlock", "announcedPerBlock", "clicksPerSecondAndDetector", "fibreKm", "lossDb", "slots",
        "zA", "vA", "wA", "pzA", "pvA", "pwA", "zB", "vB", "wB", "pzB", "pvB", "pwB",
        "simulatedSeconds", "worstSigma", "worstCount", "differs",
    ];

    /// <summary>One row per point.</summary>
    internal static ReportTable Of(string quantity, string unit, IEnumerable<EvaluatedPoint> points) =>
        new(Columns, [.. points.Select(point => Row(quantity, unit, point))]);

    private static object?[] Row(string quantity, string unit, EvaluatedPoint point) =>
    [
        point.Curve.Name, quantity, unit, point.X, point.BitsPerSecond, point.BitsPerSlot, point.Ell, point.PhaseError, point.QberZ,
        point.ReconciliationEfficiency, point.Sifted, point.Announced, point.ClickRateHz, point.Scenario.TotalLengthKm, point.Scenario.TotalLossDb,
        point.Scenario.Slots, .. Settings(point.A), .. Settings(point.B),
        point.Check?.SimulatedSeconds, point.Check?.Worst.Sigma, point.Check?.Worst.Name, point.Check?.Differs,
    ];

    private static object?[] Settings(UserParameters? user) => user is null
        ? [null, null, null, null, null, null]
        : [user.Z, user.V, user.W, user.Pz, user.Pv, user.Pw];
}
