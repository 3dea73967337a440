using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>How reports become JSON: names in camel case, enumerations by name.</summary>
internal static class DeviceJson
{
    private static readonly JsonSerializerOptions Indented = Make(indented: true);
    private static readonly JsonSerializerOptions Line = Make(indented: false);

    /// <summary>Several lines.</summary>
    internal static string Write<T>(T report) => JsonSerializer.Serialize(report, Indented);

    /// <summary>One line.</summary>
    internal static string WriteLine<T>(T report) => JsonSerializer.Serialize(report, Line);

    private static JsonSerializerOptions Make(bool indented)
    {
        // Messages hold apostrophes and degrees; none of this goes into a web page.
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
        {
            WriteIndented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter());
        return options;
    }
}
