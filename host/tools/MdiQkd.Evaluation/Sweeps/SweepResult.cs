using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Sweeps;

/// <summary>A sweep with its curves evaluated at every value.</summary>
/// <param name="Sweep">What varied.</param>
/// <param name="Scenario">Everything else.</param>
/// <param name="Curves">Points of each curve, in the order of the values.</param>
internal sealed record SweepResult(Sweep Sweep, EvaluationScenario Scenario, IReadOnlyList<IReadOnlyList<EvaluatedPoint>> Curves);
