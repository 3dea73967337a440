using System.Reflection;
using System.Text.Json;

namespace MdiQkd.KeyRate.Tests;

/// <summary>One entry of physics-vectors.json.</summary>
internal sealed record ReferenceVector(
    FourIntensityParameters Parameters,
    FourIntensityCounts Counts,
    SecurityParameters Security,
    EstimationOptions Options,
    double Efficiency,
    JsonElement Out)
{
    internal double Leak => ReconciliationLeak.Expected(Counts.Nzz, Counts.Mzz, Efficiency);

    internal static IReadOnlyList<ReferenceVector> All { get; } = Load();

    internal KeyLengthResult Evaluate() => DoubleScanning.Evaluate(Parameters, Counts, Security, Leak, Options);

    private static List<ReferenceVector> Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("physics-vectors.json")!;
        JsonElement root = JsonSerializer.Deserialize<JsonElement>(stream);
        return [.. root.EnumerateArray().Select(Read)];
    }

    private static ReferenceVector Read(JsonElement vector)
    {
        JsonElement p = vector.GetProperty("P");
        JsonElement c = vector.GetProperty("counts");
        JsonElement o = vector.GetProperty("opts");
        return new(
            new(D(p, "N"), User('a'), User('b')),
            new(
                D(c, "n_zz"),
                D(c, "m_zz"),
                D(c, "n_ww"),
                D(c, "m_ww"),
                D(c, "n_vv"),
                D(c, "m_vv"),
                D(c, "n_0w"),
                D(c, "n_w0"),
                D(c, "n_0v"),
                D(c, "n_v0"),
                D(c, "n_00")),
            new(D(o, "eps"), D(o, "eps_cor")),
            new(
                o.GetProperty("method").GetString() switch
                {
                    "plain" => EstimationMethod.Plain,
                    "zyw" => EstimationMethod.SingleScan,
                    _ => EstimationMethod.DoubleScan,
                },
                o.GetProperty("mode").GetString() == "tight" ? ChernoffKind.Tight : ChernoffKind.Simple,
                o.GetProperty("scan").GetInt32()),
            D(o, "f"),
            vector.GetProperty("out"));

        UserParameters User(char user) => new(
            D(p, $"z{user}"),
            D(p, $"v{user}"),
            D(p, $"w{user}"),
            D(p, $"pz{user}"),
            D(p, $"pv{user}"),
            D(p, $"pw{user}"),
            D(p, $"po{user}"));
    }

    private static double D(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
