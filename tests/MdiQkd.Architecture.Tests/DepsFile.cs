using System.Text.Json;

namespace MdiQkd.Architecture.Tests;

/// <summary>The closure of a program: everything that its <c>.deps.json</c> lists, used by the compiler or not.</summary>
internal static class DepsFile
{
    /// <summary>Names of the libraries, without versions.</summary>
    internal static IReadOnlyList<string> Libraries(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        return
        [
            .. document.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0]),
        ];
    }
}
