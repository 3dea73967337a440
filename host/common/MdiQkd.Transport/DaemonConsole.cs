using System.Text.Json;
using System.Text.Json.Serialization;

namespace MdiQkd.Transport;

/// <summary>What daemons print on standard output: one line when ready, nothing else. Logs go to standard error.</summary>
public static class DaemonConsole
{
    /// <summary>JSON options of configuration files and management pages: camelCase, enum values by name; unknown members are refused.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Prints the line that says where the daemon listens.</summary>
    public static void Ready(string name, string url) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = true, name, url }));

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="InvalidDataException">Missing, unreadable or malformed; the message says where.</exception>
    public static T ReadConfiguration<T>(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(file), Json)
                ?? throw new InvalidDataException($"{file}: the file holds no configuration");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: line {e.LineNumber + 1}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }
}
