using System.Text.Json;

namespace MdiQkd.Cli.Networks;

/// <summary>Finds the line of a key in a JSON text, for error messages.</summary>
internal static class JsonLines
{
    /// <summary>
    /// Line, from 1, of the key that a path such as <c>users[1].lengthKm</c> names, or of the nearest enclosing one; null if
    /// there is none or the text is not JSON.
    /// </summary>
    internal static int? Find(ReadOnlySpan<byte> json, string path)
    {
        Dictionary<string, long> offsets = Offsets(json);
        for (string key = path; key.Length > 0; key = Parent(key))
        {
            if (offsets.TryGetValue(key, out long offset))
            {
                return 1 + json[..(int)offset].Count((byte)'\n');
            }
        }

        return null;
    }

    private static string Parent(string path) => path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];

    private static Dictionary<string, long> Offsets(ReadOnlySpan<byte> json)
    {
        Dictionary<string, long> offsets = new(StringComparer.OrdinalIgnoreCase);
        Utf8JsonReader reader = new(json, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        });

        // One entry per open container: its path, and the index of the next element (−1 in an object).
        Stack<(string Path, int Next)> open = new();
        string key = "";
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    string parent = open.Peek().Path;
                    key = parent.Length == 0 ? reader.GetString()! : $"{parent}.{reader.GetString()}";
                    offsets.TryAdd(key, reader.TokenStartIndex);
                    continue;
                }

                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    open.Pop();
                    continue;
                }

                string path = key;
                if (open.TryPeek(out (string Path, int Next) container) && container.Next >= 0)
                {
                    path = $"{container.Path}[{container.Next}]";
                    open.Pop();
                    open.Push((container.Path, container.Next + 1));
                    offsets.TryAdd(path, reader.TokenStartIndex);
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
                }
            }
        }
        catch (JsonException)
        {
            // The reader of the file reports malformed text; what was seen so far is enough here.
        }

        return offsets;
    }
}
