using System.Text.RegularExpressions;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>The public API of nanoFramework as facts files list it: "assembly | letter | declaration".</summary>
internal sealed partial class ApiFacts
{
    internal ApiFacts(params string[] files)
    {
        foreach (string line in files.SelectMany(File.ReadLines))
        {
            string[] parts = line.Split(" | ", 3);

            // System.Math is incomplete in the list, so the firmware has to do without.
            if (line.StartsWith('#') || parts.Length != 3 || parts[0] == "System.Math")
            {
                continue;
            }

            if (parts[1] == "T")
            {
                ApiType type = new(parts[0], parts[2]);
                Types.Add(type);
                ByName[type.FullName] = type;
            }
            else
            {
                AddMember(parts[1][0], parts[2]);
            }
        }
    }

    internal List<ApiType> Types { get; } = [];

    internal Dictionary<string, ApiType> ByName { get; } = [];

    /// <summary>Assemblies in the order of the file, which is that of their dependencies.</summary>
    internal IEnumerable<string> Assemblies => Types.Select(type => type.Assembly).Distinct();

    /// <summary>Splits at commas outside of brackets.</summary>
    internal static IEnumerable<string> SplitList(string text)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ',';
            depth += c is '<' or '(' or '[' ? 1 : c is '>' or ')' or ']' ? -1 : 0;
            if (c == ',' && depth == 0)
            {
                if (text[start..i].Trim() is { Length: > 0 } item)
                {
                    yield return item;
                }

                start = i + 1;
            }
        }
    }

    /// <summary>Attributes behind a declaration.</summary>
    internal static string AttributesOf(string declaration) => string.Concat(
        Attribute().Matches(declaration).Select(match => "[System." + (match.Groups[1].Value switch
        {
            "Conditional" => "Diagnostics.Conditional",
            "IndexerName" => "Runtime.CompilerServices.IndexerName",
            var name => name,
        }) + match.Groups[2].Value + "]"));

    private void AddMember(char kind, string text)
    {
        // Enum values read "Type.Value = 1", everything else "Type :: declaration".
        int mark = text.IndexOf(" :: ", StringComparison.Ordinal);
        if (mark >= 0)
        {
            ByName[text[..mark]].Members.Add((kind, text[(mark + 4)..]));
        }
        else
        {
            string name = text[..text.IndexOf(" = ", StringComparison.Ordinal)];
            string owner = name[..name.LastIndexOf('.')];
            ByName[owner].Members.Add((kind, text[(owner.Length + 1)..]));
        }
    }

    [GeneratedRegex(@" \[(AttributeUsage|Flags|Obsolete|Conditional|IndexerName)(\(.*\))?\]")]
    private static partial Regex Attribute();
}
