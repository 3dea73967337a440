using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Sweeps;

namespace MdiQkd.Evaluation.Commands;

/// <summary>What `mdiqkd evaluate` is asked for.</summary>
/// <param name="Scenario">Scenario of the sweeps.</param>
/// <param name="Network">Network whose pairs are evaluated; null = none.</param>
/// <param name="Sweeps">Sweeps; may be empty.</param>
/// <param name="Curves">Curves of the sweeps; at least one unless a network alone is evaluated.</param>
/// <param name="ToleranceSeconds">Block times that the tolerable loss is wanted for; may be empty.</param>
/// <param name="Seed">Seed of the event-level simulation; null = none is wanted.</param>
/// <param name="Command">Command line, for the report.</param>
internal sealed record EvaluationRequest(
    EvaluationScenario Scenario,
    EvaluatedNetwork? Network,
    IReadOnlyList<Sweep> Sweeps,
    IReadOnlyList<Curve> Curves,
    IReadOnlyList<double> ToleranceSeconds,
    long? Seed,
    string Command);
