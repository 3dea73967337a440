using System.Text.Json;
using MdiQkd.Evaluation.Scenarios;

namespace MdiQkd.Evaluation.Literature;

/// <summary>The published systems that predictions are compared with (host/common/MdiQkd.KeyRate/Literature).</summary>
internal static class PublishedSystems
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>All of them, in the order of the page.</summary>
    internal static IReadOnlyList<PublishedSystem> All { get; } =
        JsonSerializer.Deserialize<PublishedSystem[]>(Resource("published"), Options) ?? [];

    /// <summary>The scenario of a system as its file says.</summary>
    internal static EvaluationScenario ScenarioOf(PublishedSystem system) =>
        ScenarioReader.Parse(Resource(system.Scenario), $"{system.Scenario}.json");

    private static string Resource(string name)
    {
        using Stream stream = typeof(PublishedSystems).Assembly.GetManifestResourceStream($"literature/{name}.json")
            ?? throw new InvalidOperationException($"{name}.json is not embedded");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
