using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Reports;

/// <summary>Everything that a figure rests on, in words and values.</summary>
internal static class Assumptions
{
    // Left to a model, unlike the numbers of classical channels, which are missing where there are none.
    private const string EfficiencyOfTheCodes =
        "measured with the codes of this network, by QBER and block size (1.075 to 1.250; beside every rate in the tables)";

    /// <summary>Assumptions of a scenario.</summary>
    /// <param name="scenario">Scenario.</param>
    /// <param name="varied">Quantities that vary in the figure and have no one value.</param>
    internal static IReadOnlyList<(string Name, string Value)> Of(EvaluationScenario scenario, params string[] varied)
    {
        HashSet<string> left = [.. varied.SelectMany(Underlying)];
        List<(string, string)> list = [];
        foreach (Quantity quantity in Quantity.All.Where(q => !q.IsDerived && !left.Contains(q.Name)))
        {
            list.Add((quantity.Label, quantity.Get(scenario) is { } value ? quantity.Show(value)
                : quantity.Name == "ec-efficiency" ? EfficiencyOfTheCodes
                : "no classical channels"));
        }

        BlockAssumptions block = scenario.Block;
        list.Add(("time bins", $"{scenario.Timing.BinSpacingPs} ps apart"));
        list.Add(("Bell states", block.AcceptPsiPlus ? "|ψ⁻⟩ and |ψ⁺⟩" : "|ψ⁻⟩ only"));
        list.Add(("estimation", $"{Method(block.Method)}, {(block.Chernoff == ChernoffKind.Tight ? "tight" : "simple")} Chernoff bounds"));
        if (!left.Contains("eps"))
        {
            list.Add(("ε of a key, all parts", ComposableSecurity.Of(block.Security).Total.ToString("0.##e+0", Invariant)));
        }

        list.Add(("vacuum events", "no key from them (n0 = 0)"));
        list.Add(("dead time", "exact chain of both detectors"));
        if (scenario.Sharing.Users > 2 || left.Contains("users"))
        {
            list.Add(("block of a shared hub", scenario.Sharing.KeyWithinBlockTime
                ? "its time runs on during others' turns"
                : "accumulated over as many turns as it needs"));
        }

        return list;
    }

    /// <summary>Assumptions of the mode-pairing curves.</summary>
    internal static IReadOnlyList<(string Name, string Value)> OfModePairing(ModePairingAssumptions pairing) =>
    [
        ("mode pairing: rounds", "one per slot"),
        ("mode pairing: laser offset", string.Create(Invariant, $"{pairing.FrequencyOffsetHz} Hz")),
        ("mode pairing: fibre drift", string.Create(Invariant, $"{pairing.FibreDriftRadPerSecond} rad/s")),
        ("mode pairing: phase slices", string.Create(Invariant, $"{pairing.PhaseSlices}")),
        ("mode pairing: longest pairing", string.Create(Invariant, $"{pairing.LongestPairingUs} µs")),
    ];

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static string Method(EstimationMethod method) => method switch
    {
        EstimationMethod.DoubleScan => "double scanning",
        EstimationMethod.SingleScan => "single scanning",
        _ => "no scanning",
    };

    // A derived quantity stands for the ones that it changes.
    private static string[] Underlying(string name) => name switch
    {
        "distance" or "loss" => ["length-a", "length-b"],
        "loss-per-km" => ["loss-per-km", "loss-per-km-b"],
        "hub-loss" => ["hub-loss", "hub-loss-b"],
        "visibility" => ["overlap"],
        "misalignment" => ["misalignment-z", "misalignment-x"],
        "slots" => ["block-time"],
        _ => [name],
    };
}
