using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace MdiQkd.Cli.Networks;

/// <summary>Reads network files; every fault is one line that names file, line, key, value and allowed range.</summary>
internal static partial class NetworkReader
{
    /// <summary>Largest file: 64 users and their 2,016 pairs take about 700 kB.</summary>
    internal const int FileBytesMax = 4 << 20;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Text of the default network, with comments: what `mdiqkd network example` prints.</summary>
    internal static string ExampleText { get; } = ReadExample();

    /// <summary>The default network.</summary>
    internal static NetworkFile Example =>
        TryParse(Encoding.UTF8.GetBytes(ExampleText), "madrid.json", out NetworkFile? network, out string? error)
            ? network
            : throw new InvalidOperationException(error);

    /// <summary>Reads and checks a file.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="network">The network.</param>
    /// <param name="error">What is wrong, in one line.</param>
    internal static bool TryRead(
        string file,
        [NotNullWhen(true)] out NetworkFile? network,
        [NotNullWhen(false)] out string? error)
    {
        network = null;
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
            {
                error = $"{file}: larger than {FileBytesMax} bytes";
                return false;
            }

            return TryParse(File.ReadAllBytes(file), file, out network, out error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = $"{file}: cannot be read: {OneLine(e.Message)}";
            return false;
        }
    }

    /// <summary>Parses and checks the bytes of a file.</summary>
    internal static bool TryParse(
        ReadOnlySpan<byte> json,
        string file,
        [NotNullWhen(true)] out NetworkFile? network,
        [NotNullWhen(false)] out string? error)
    {
        network = null;
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        try
        {
            network = JsonSerializer.Deserialize<NetworkFile>(json, Options);
        }
        catch (JsonException e)
        {
            error = $"{file}:{e.LineNumber + 1}: {Explain(e)}";
            return false;
        }

        NetworkFault? fault = network is null ? new NetworkFault("", "null is no network") : NullIn(network) ?? network.Fault();
        error = fault is null ? null : $"{file}:{JsonLines.Find(json, fault.Path) ?? 1}: {OneLine(fault.Message)}";
        if (error is not null)
        {
            network = null;
        }

        return error is null;
    }

    // The serialiser checks nullability of properties, not of list elements.
    private static NetworkFault? NullIn(NetworkFile network) =>
        network.Users.Any(user => user is null) ? new NetworkFault("users", "users: null is no user")
        : network.Pairs.Any(pair => pair is null) ? new NetworkFault("pairs", "pairs: null is no pair")
        : null;

    private static string Explain(JsonException e)
    {
        string path = (e.Path ?? "$").Replace("$.", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal);
        string message = OneLine(e.Message);
        string key = path.Length == 0 ? "" : $"{path}: ";
        return message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) ? $"{key}unknown key"
            : message.Contains("required properties", StringComparison.Ordinal)
                ? $"{key}missing {string.Join(", ", QuotedName().Matches(message[message.LastIndexOf(':')..]).Select(m => m.Value))}"
            : message.Contains("Duplicate property", StringComparison.Ordinal) ? $"{key}given twice"
            : message.Contains("could not be converted", StringComparison.Ordinal) ? $"{key}{Wanted(path)} is needed"
            : $"{key}not valid JSON: {Tail().Replace(message, "")}";
    }

    // The serialiser names the type that holds the value; what the user needs is the type of the value.
    private static string Wanted(string path)
    {
        Type type = typeof(NetworkFile);
        foreach (string part in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            type = part.EndsWith(']') ? type.GetGenericArguments().FirstOrDefault(type)
                : type.GetProperty(part, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.IgnoreCase)
                    ?.PropertyType ?? type;
        }

        return type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(bool) ? "true or false"
            : type == typeof(string) ? "a text in quotes"
            : type.IsGenericType ? "a list in brackets"
            : "an object in braces";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static string ReadExample()
    {
        using Stream stream = typeof(NetworkReader).Assembly.GetManifestResourceStream("madrid.json")
            ?? throw new InvalidOperationException("the example network is not embedded");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("'[^']+'")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@" ?(Path: \$[^|]*\|)? ?LineNumber: .*$")]
    private static partial Regex Tail();
}
