using System.Text.Json;
using System.Text.Json.Serialization;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>Reads scenario files; every fault is one line that names file, line, key and what is needed.</summary>
internal static class ScenarioReader
{
    private const int FileBytesMax = 1 << 20;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Text of the default scenario, with comments: what `mdiqkd evaluate example` prints.</summary>
    internal static string ExampleText { get; } = ReadExample();

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="ScenarioException">The file cannot be read or is faulty.</exception>
    internal static EvaluationScenario Read(string file)
    {
        try
        {
            return new FileInfo(file).Length <= FileBytesMax
                ? Parse(File.ReadAllText(file), file)
                : throw new ScenarioException($"{file}: larger than {FileBytesMax} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ScenarioException($"{file}: cannot be read: {OneLine(e.Message)}");
        }
    }

    /// <summary>Parses and checks the text of a file.</summary>
    internal static EvaluationScenario Parse(string text, string file)
    {
        try
        {
            EvaluationScenario scenario = JsonSerializer.Deserialize<EvaluationScenario>(text, Options)
                ?? throw new ScenarioException("null is no scenario");
            return scenario.Validated();
        }
        catch (JsonException e)
        {
            throw new ScenarioException($"{file}:{e.LineNumber + 1}: {OneLine(e.Message)}");
        }
        catch (Exception e) when (e is ScenarioException or KeyRateInputException)
        {
            throw new ScenarioException($"{file}: {e.Message}");
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static string ReadExample()
    {
        using Stream stream = typeof(ScenarioReader).Assembly.GetManifestResourceStream("scenario.json")
            ?? throw new InvalidOperationException("the example scenario is not embedded");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
