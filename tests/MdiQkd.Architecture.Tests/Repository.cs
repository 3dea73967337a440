using System.Xml.Linq;

namespace MdiQkd.Architecture.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Root folder: the one that holds the solution.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Configuration and framework that the tests were built for, as in <c>bin/Release/net10.0</c>.</summary>
    internal static string BuildFolder { get; } = Path.Combine(
        "bin",
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!),
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    /// <summary>All projects, as paths from the root with forward slashes.</summary>
    internal static IReadOnlyList<string> Projects { get; } =
    [
        .. Sources("*.csproj").Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>Output folder of a project.</summary>
    internal static string Output(string project) => Path.Combine(Root, Path.GetDirectoryName(project)!, BuildFolder);

    /// <summary>Files of the tree that match a pattern, without build output.</summary>
    internal static IEnumerable<string> Sources(string pattern, string under = ".") =>
        Directory.EnumerateFiles(Path.Combine(Root, under), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj" or ".git"));

    /// <summary>Projects that a project names, as paths from the root.</summary>
    internal static IReadOnlyList<ProjectReference> References(string project)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, project))!;
        return
        [
            .. XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference").Select(reference =>
                new ProjectReference(
                    Path.GetRelativePath(Root, Path.GetFullPath((string)reference.Attribute("Include")!, folder)).Replace('\\', '/'),
                    (string?)reference.Attribute("ReferenceOutputAssembly") != "false")),
        ];
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "MdiQkd.Edge.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests do not lie below the repository's root");
    }
}
