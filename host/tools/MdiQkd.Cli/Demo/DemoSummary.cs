using System.Text.Json;
using System.Text.Json.Serialization;

namespace MdiQkd.Cli.Demo;

/// <summary>The machine-readable outcome of a demo: what `--json` prints, also after a failure.</summary>
/// <param name="Pairs">One entry per pair, in the network's order.</param>
/// <param name="SimulatedSeconds">Simulated time.</param>
/// <param name="ElapsedSeconds">Real time.</param>
/// <param name="Seed">The seed that was given, or null.</param>
/// <param name="RealKeys">False with a seed: anyone who knows it knows the keys.</param>
/// <param name="Restarts">Nodes and boards that died and were started again.</param>
/// <param name="Tags">Way of the tags to the hub: <c>array</c> or <c>board</c>.</param>
/// <param name="Error">Why the demo failed, in one line; absent after success.</param>
internal sealed record DemoSummary(
    IReadOnlyList<PairSummary> Pairs,
    double SimulatedSeconds,
    double ElapsedSeconds,
    ulong? Seed,
    bool RealKeys,
    int Restarts,
    TagPath Tags,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>One JSON document.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>The outcome of a demo that did not begin.</summary>
    internal static DemoSummary Failed(string error, ulong? seed) => new([], 0, 0, seed, seed is null, 0, TagPath.Array, error);
}
