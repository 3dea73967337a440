using System.Text.RegularExpressions;

namespace MdiQkd.Architecture.Tests;

public sealed partial class TreeTests
{
    private static readonly string[] TopLevel = ["MdiQkd.Edge.sln", "README.md", "firmware", "host", "shared", "tests"];

    // Made by tools beside the sources and ignored by git.
    private static readonly string[] Ignored = ["TestResults", "BenchmarkDotNet.Artifacts"];

    [Fact]
    public void The_root_holds_what_the_architecture_says_and_dot_files()
    {
        string[] entries =
        [
            .. Directory.EnumerateFileSystemEntries(Repository.Root).Select(entry => Path.GetFileName(entry))
                .Where(name => !name.StartsWith('.') && !Ignored.Contains(name)).Order(StringComparer.Ordinal),
        ];

        Assert.Equal(TopLevel, entries);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_the_solution_names_no_other()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "MdiQkd.Edge.sln"));
        string[] listed =
        [
            .. ProjectPath().Matches(solution).Select(match => match.Groups[1].Value.Replace('\\', '/')).Order(StringComparer.Ordinal),
        ];

        Assert.Equal(Repository.Projects, listed);
    }

    [Fact]
    public void Every_project_is_named_as_its_folder()
    {
        Assert.All(Repository.Projects, project => Assert.Equal(
            Path.GetFileNameWithoutExtension(project), Path.GetFileName(Path.GetDirectoryName(project)!)));
    }

    [Fact]
    public void Package_versions_are_central()
    {
        string[] own =
        [
            .. Repository.Projects.Where(project => !project.StartsWith("firmware/nano/", StringComparison.Ordinal))
                .Where(project => OwnVersion().IsMatch(File.ReadAllText(Path.Combine(Repository.Root, project)))),
        ];

        Assert.Empty(own);
        Assert.Matches(OwnVersion(), """<PackageReference Include="X" Version="1.0" />""");
    }

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex ProjectPath();

    [GeneratedRegex("<PackageReference [^>]*Version=")]
    private static partial Regex OwnVersion();
}
