using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Reports;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Sweeps;
using MdiQkd.Evaluation.Validation;
using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Commands;

/// <summary>Computes everything that was asked for, on all cores, and makes the report of it.</summary>
internal sealed class EvaluationRun : IReportRun
{
    private readonly EvaluationRequest request;
    private readonly List<Func<object?>> jobs = [];
    private readonly List<Action<object?[]>> collectors = [];
    private readonly List<ReportSection> sections = [];
    private double? toleratedLossDb;

    /// <summary>Plans the jobs; nothing is computed yet.</summary>
    internal EvaluationRun(EvaluationRequest request)
    {
        this.request = request;
        if (request.Network is { } network && request.Curves.Count > 0)
        {
            PlanNetwork(network);
        }
        else if (request.Curves.Count > 0)
        {
            PlanPoint();
        }

        PlanTolerance();
        foreach (Sweep sweep in request.Sweeps)
        {
            PlanSweep(sweep);
        }
    }

    /// <inheritdoc/>
    public int Jobs => jobs.Count;

    /// <inheritdoc/>
    public Report Execute(Action? done, CancellationToken cancellation)
    {
        object?[] results = Workload.Run(jobs, done, cancellation);
        foreach (Action<object?[]> collect in collectors)
        {
            collect(results);
        }

        string title = request.Network is { } network ? $"MDI-QKD key rates: {network.Name}" : "MDI-QKD key rates";
        return new Report(title, request.Command, sections);
    }

    private void PlanPoint()
    {
        Range range = Add(request.Curves.Select(curve => (Func<object?>)(() => Point(curve, request.Scenario, request.Scenario.Block.Seconds, 0))));
        collectors.Add(results =>
        {
            sections.Add(PointSection.Of(request.Scenario, [.. results[range].Cast<EvaluatedPoint>()]));
            sections.Add(PointSection.Security(request.Scenario));
        });
    }

    private void PlanNetwork(EvaluatedNetwork network)
    {
        Range best = Add(network.Pairs.Select((pair, i) => (Func<object?>)(() => Point(Curve.Four, network.ScenarioOf(pair), 0, i))));
        Range given = Add(network.Pairs.Select(pair => (Func<object?>)(() => Given(network.ScenarioOf(pair), pair))));
        collectors.Add(results =>
        {
            sections.Add(NetworkSection.Of(
                network, [.. results[best].Cast<EvaluatedPoint>()], [.. results[given].Cast<EvaluatedPoint?>()]));
            sections.Add(PointSection.Security(network.Scenario));
        });
    }

    private void PlanTolerance()
    {
        if (request.ToleranceSeconds.Count == 0)
        {
            return;
        }

        (string Name, EvaluationScenario Scenario)[] scenarios = request.Network is { } network
            ? [.. network.Pairs.Select(pair => (pair.Name, network.ScenarioOf(pair)))]
            : [("scenario", request.Scenario)];
        Range range = Add(
            from scenario in scenarios
            from seconds in request.ToleranceSeconds
            select (Func<object?>)(() => ToleratedLoss.Find(scenario.Name, Lasting(scenario.Scenario, seconds))));
        collectors.Add(results =>
        {
            ToleratedLoss[] found = [.. results[range].Cast<ToleratedLoss>()];
            toleratedLossDb = found.FirstOrDefault(entry => entry.Scenario.Block == request.Scenario.Block)?.TotalLossDb;
            sections.Add(ToleranceSection.Of(found));
        });
    }

    private void PlanSweep(Sweep sweep)
    {
        Curve[] curves = sweep.Quantity.Name == "users" ? [.. request.Curves.Append(Curve.FourInTime).Distinct()] : [.. request.Curves];
        IReadOnlyList<double> values = sweep.Values;
        EvaluationScenario[] scenarios = [.. values.Select(value => sweep.Quantity.With(request.Scenario, value).Validated())];
        Range[] ranges =
        [
            .. curves.Select(curve => Add(scenarios.Select(
                (scenario, i) => (Func<object?>)(() => Point(curve, scenario, values[i], i))))),
        ];
        collectors.Add(results => sections.Add(SweepSection.Of(
            new SweepResult(sweep, request.Scenario, [.. ranges.Select(range => results[range].Cast<EvaluatedPoint>().ToArray())]),
            Marks(sweep))));
    }

    private (double X, string Label)[] Marks(Sweep sweep)
    {
        double? x = sweep.Quantity.Name switch
        {
            "loss" => toleratedLossDb,
            "distance" => toleratedLossDb is { } loss ? Quantity.Find("loss")!.With(request.Scenario, loss).TotalLengthKm : null,
            _ => null,
        };
        return x is { } mark && mark <= sweep.To ? [(mark, "loss tolerance, four intensities")] : [];
    }

    private EvaluatedPoint Point(Curve curve, EvaluationScenario scenario, double x, int index)
    {
        EvaluatedPoint point = CurveEvaluator.Evaluate(curve, scenario, x);
        return curve == Curve.Four && request.Seed is { } seed && point is { A: { } a, B: { } b }
            ? Simulated(point, a, b, seed + (2 * index))
            : point;
    }

    // The settings as a plan would hold them, in whole numbers.
    private static EvaluatedPoint Simulated(EvaluatedPoint point, UserParameters a, UserParameters b, long seed) => point with
    {
        Check = EventSimulation.Check(point.Scenario, Source(a), Source(b), seed),
    };

    private static SourceSettings Source(UserParameters user) =>
        SourceSettings.FromReal(user.Z, user.V, user.W, user.Pz, user.Pv, user.Pw);

    private static EvaluatedPoint? Given(EvaluationScenario scenario, NetworkPair pair)
    {
        if (pair is not { SourceA: { } sourceA, SourceB: { } sourceB })
        {
            return null;
        }

        ExpectedBlock block = ExpectedBlock.Plan(scenario.ToBlock(), sourceA, sourceB);
        return CurveEvaluator.OfBlock(
            Curve.Four, scenario, 0, block, UserParameters.FromSettings(sourceA), UserParameters.FromSettings(sourceB));
    }

    private static EvaluationScenario Lasting(EvaluationScenario scenario, double seconds) =>
        scenario with { Block = scenario.Block with { Seconds = seconds } };

    private Range Add(IEnumerable<Func<object?>> more)
    {
        int start = jobs.Count;
        jobs.AddRange(more);
        return start..jobs.Count;
    }
}
