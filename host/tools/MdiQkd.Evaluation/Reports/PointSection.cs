using System.Globalization;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Sections about one scenario: its rates, and what its failure probability is made of.</summary>
internal static class PointSection
{
    /// <summary>Rates of every curve.</summary>
    internal static ReportSection Of(EvaluationScenario scenario, IReadOnlyList<EvaluatedPoint> points)
    {
        bool pairing = points.Any(point => point.Curve.Name.StartsWith("mode-pairing", StringComparison.Ordinal));
        return new ReportSection(
            "scenario",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The scenario: {scenario.TotalLengthKm:G6} km, {scenario.TotalLossDb:G6} dB, {scenario.Block.Seconds:G6} s"),
            [
                .. Assumptions.Of(scenario),
                .. pairing ? Assumptions.OfModePairing(scenario.ModePairing) : [],
            ],
            [.. points.Select(point => $"{point.Curve.Label}: {point.Curve.Note}")],
            [],
            PointTable.Of("block-time", "s", points));
    }

    /// <summary>Failure probability of a key, part by part, and of all keys of a year.</summary>
    internal static ReportSection Security(EvaluationScenario scenario)
    {
        ComposableSecurity budget = ComposableSecurity.Of(scenario.Block.Security);
        double keysPerYear = 365.25 * 86_400 * scenario.Sharing.Share / scenario.Block.Seconds;
        return new ReportSection(
            "security",
            "Failure probability of a key",
            Assumptions.Of(scenario),
            [
                "ε_sec = 2 (ε′ + 2 ε_e + ε̂) + ε_b + ε_0 + ε_1 + ε_PA, Curty et al., Nat. Commun. 5, 3732 (2014); ε_0 = 0 because no key is "
                + "made from vacuum events. Both keys are equal and secret but for the sum.",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A pair that never rests makes {keysPerYear:0} keys a year; their failure probabilities add up to "
                    + $"{budget.After(keysPerYear):0.##e+0}."),
            ],
            [],
            new ReportTable(
                ["part", "epsilon", "uses", "weight", "contribution"],
                [
                    .. budget.Parts.Select(part => (object?[])[part.Name, part.Epsilon, part.Uses, part.Weight, part.Total]),
                    ["sum: secrecy", null, null, null, budget.Secrecy],
                    ["sum: correctness", null, null, null, budget.Correctness],
                    ["sum", null, null, null, budget.Total],
                ]));
    }
}
