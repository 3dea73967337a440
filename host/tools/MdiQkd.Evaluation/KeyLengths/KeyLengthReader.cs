using System.Text.Json;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.KeyLengths;

/// <summary>
/// Reads blocks in the layout of the reference vectors: an object with <c>P</c> (slots, intensities and probabilities), <c>counts</c> and
/// optional <c>opts</c>, or an array of them.
/// </summary>
/// <remarks>
/// Every field of <c>P</c> and <c>counts</c> is needed except the counts <c>n_0z</c> and <c>n_z0</c>, which no bound uses; other keys there and
/// beside them are descriptions. In <c>opts</c>, where all is optional, an unknown key is refused: it would be a misspelt one.
/// </remarks>
internal static class KeyLengthReader
{
    private const double EfficiencyDefault = 1.16;

    private static readonly string[] Options = ["eps", "eps_cor", "f", "mode", "method", "scan"];

    // Of a key given twice, which value was meant?
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads all blocks of a document.</summary>
    /// <param name="text">JSON; the bare words NaN, Infinity and -Infinity are read as numbers out of range.</param>
    /// <param name="single">True if the document is one object and not an array.</param>
    /// <exception cref="KeyRateInputException">A field is missing or is no number; the message names field, value and range.</exception>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    internal static IReadOnlyList<KeyLengthRequest> Read(string text, out bool single)
    {
        using JsonDocument document = JsonDocument.Parse(NonFiniteNumbers.Quote(text), Strict);
        JsonElement root = document.RootElement;
        single = root.ValueKind == JsonValueKind.Object;
        return single ? [ReadBlock(root, "")]
            : root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select((item, i) => ReadBlock(item, $"[{i}]."))]
            : throw new KeyRateInputException("input", Shown(root), "an object with P, counts and opts, or an array of them");
    }

    private static KeyLengthRequest ReadBlock(JsonElement block, string path)
    {
        if (block.ValueKind != JsonValueKind.Object)
        {
            throw new KeyRateInputException(path.TrimEnd('.'), Shown(block), "an object with P, counts and opts");
        }

        JsonElement p = Section(block, "P", path);
        JsonElement c = Section(block, "counts", path);
        JsonElement o = block.TryGetProperty("opts", out JsonElement given) ? Section(block, "opts", path) : given;
        string inP = $"{path}P.";
        string inCounts = $"{path}counts.";
        string inOptions = $"{path}opts.";
        if (o.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty option in o.EnumerateObject().Where(option => !Options.Contains(option.Name)))
            {
                throw new KeyRateInputException(
                    inOptions + option.Name, Shown(option.Value), $"one of the options {string.Join(", ", Options)}");
            }
        }

        return new KeyLengthRequest(
            new(Number(p, "N", inP), User(p, 'a', inP), User(p, 'b', inP)),
            new(
                Number(c, "n_zz", inCounts),
                Number(c, "m_zz", inCounts),
                Number(c, "n_ww", inCounts),
                Number(c, "m_ww", inCounts),
                Number(c, "n_vv", inCounts),
                Number(c, "m_vv", inCounts),
                Number(c, "n_0w", inCounts),
                Number(c, "n_w0", inCounts),
                Number(c, "n_0v", inCounts),
                Number(c, "n_v0", inCounts),
                Number(c, "n_00", inCounts)),
            OptionalNumber(c, "n_0z", 0, inCounts),
            OptionalNumber(c, "n_z0", 0, inCounts),
            new(OptionalNumber(o, "eps", 1e-10, inOptions), OptionalNumber(o, "eps_cor", 1e-15, inOptions)),
            Within(OptionalNumber(o, "f", EfficiencyDefault, inOptions), 1, 10, $"{inOptions}f"),
            new(Method(o, inOptions), Chernoff(o, inOptions), ScanPoints(o, inOptions)));
    }

    private static UserParameters User(JsonElement p, char user, string path) => new(
        Number(p, $"z{user}", path),
        Number(p, $"v{user}", path),
        Number(p, $"w{user}", path),
        Number(p, $"pz{user}", path),
        Number(p, $"pv{user}", path),
        Number(p, $"pw{user}", path),
        Number(p, $"po{user}", path));

    private static EstimationMethod Method(JsonElement options, string path) => Word(options, "method", "double", path) switch
    {
        "double" => EstimationMethod.DoubleScan,
        "zyw" => EstimationMethod.SingleScan,
        "plain" => EstimationMethod.Plain,
        string other => throw new KeyRateInputException($"{path}method", other, "double, zyw or plain"),
    };

    private static ChernoffKind Chernoff(JsonElement options, string path) => Word(options, "mode", "tight", path) switch
    {
        "tight" => ChernoffKind.Tight,
        "simple" => ChernoffKind.Simple,
        string other => throw new KeyRateInputException($"{path}mode", other, "tight or simple"),
    };

    private static int ScanPoints(JsonElement options, string path)
    {
        double points = Within(OptionalNumber(options, "scan", 201, path), 3, 100_001, $"{path}scan");
        return points == Math.Floor(points)
            ? (int)points
            : throw new KeyRateInputException($"{path}scan", Shown(points), "a whole number from 3 to 100001");
    }

    private static JsonElement Section(JsonElement block, string name, string path) =>
        !block.TryGetProperty(name, out JsonElement section) ? throw new KeyRateInputException(path + name, "missing", "an object")
        : section.ValueKind != JsonValueKind.Object ? throw new KeyRateInputException(path + name, Shown(section), "an object")
        : section;

    private static string Word(JsonElement section, string name, string absent, string path) =>
        section.ValueKind != JsonValueKind.Object || !section.TryGetProperty(name, out JsonElement value) ? absent
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw new KeyRateInputException(path + name, Shown(value), "a word in quotes");

    private static double OptionalNumber(JsonElement section, string name, double absent, string path) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out _) ? Number(section, name, path) : absent;

    private static double Number(JsonElement section, string name, string path) =>
        !section.TryGetProperty(name, out JsonElement value) ? throw new KeyRateInputException(path + name, "missing", "a finite number")
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
        : throw new KeyRateInputException(path + name, Shown(value), "a finite number");

    private static double Within(double value, double min, double max, string field) =>
        value >= min && value <= max ? value : throw new KeyRateInputException(field, Shown(value), $"{Shown(min)} to {Shown(max)}");

    private static string Shown(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    // A value of the wrong kind, short enough for a message of one line.
    private static string Shown(JsonElement value)
    {
        const int LengthMax = 40;
        string text = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => value.GetString()!.ReplaceLineEndings(" "),
            _ => value.GetRawText(),
        };
        return text.Length <= LengthMax ? text : $"{text[..LengthMax]}…";
    }
}
