using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Literature;

/// <summary>A published system: its figures, and the scenario that it is predicted with.</summary>
/// <param name="Name">Name in plots.</param>
/// <param name="Reference">Citation.</param>
/// <param name="Scenario">Name of its scenario file, whose comments say what was read and what is assumed.</param>
/// <param name="Curve">Curve that predicts it.</param>
/// <param name="Unknown">Quantities that were not read, each with its worst and its best plausible value.</param>
/// <param name="Points">Figures.</param>
internal sealed record PublishedSystem(
    string Name,
    string Reference,
    string Scenario,
    string Curve,
    IReadOnlyDictionary<string, double[]> Unknown,
    IReadOnlyList<PublishedPoint> Points)
{
    /// <summary>The curve.</summary>
    internal Curve Prediction => Curves.Curve.All.Single(curve => curve.Name == Curve);

    /// <summary>The scenario at a value of a quantity.</summary>
    /// <param name="at">Quantity.</param>
    /// <param name="x">Its value.</param>
    /// <param name="end">0 or 1 takes the worst or the best value of everything unknown; null takes what the file says.</param>
    /// <exception cref="ScenarioException">A value is out of range.</exception>
    internal EvaluationScenario ScenarioAt(string at, double x, int? end = null)
    {
        EvaluationScenario scenario = PublishedSystems.ScenarioOf(this);
        if (end is { } index)
        {
            scenario = Unknown.Aggregate(scenario, (changed, unknown) => Find(unknown.Key).With(changed, unknown.Value[index]));
        }

        return Find(at).With(scenario, x).Validated();
    }

    private static Quantity Find(string name) => Quantity.Find(name) ?? throw new ScenarioException($"{name} is no quantity");
}
