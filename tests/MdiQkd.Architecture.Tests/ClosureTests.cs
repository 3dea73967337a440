using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MdiQkd.Architecture.Tests;

/// <summary>
/// What comes with a program when it is installed. References in the source do not tell: the compiler drops unused ones, the
/// closure keeps them.
/// </summary>
public sealed class ClosureTests
{
    private const string Hub = "host/hub/MdiQkd.Hub/MdiQkd.Hub.csproj";
    private const string Node = "host/user/MdiQkd.Node/MdiQkd.Node.csproj";
    private const string Cli = "host/tools/MdiQkd.Cli/MdiQkd.Cli.csproj";

    [Theory]
    [InlineData(Hub, "host/user", "host/sim", "host/tools", "tests")]
    [InlineData(Node, "host/hub", "host/sim", "host/tools", "tests")]
    public void The_closure_of_a_daemon_holds_nothing_of_the_other_side(string project, params string[] forbidden)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        IReadOnlyList<string> libraries = DepsFile.Libraries(Path.Combine(Repository.Output(project), name + ".deps.json"));

        Assert.Contains(name, libraries);
        Assert.Contains("MdiQkd.Protocol", libraries);
        Assert.Empty(libraries.Intersect(NamesIn(forbidden)));
    }

    [Fact]
    public void The_closure_of_the_demo_shows_that_the_check_can_fail()
    {
        // The demo simulates and provisions, so that both the user's and the simulated parts must be found here; of the hub only the
        // measurement of tags, for replays.
        IReadOnlyList<string> libraries = DepsFile.Libraries(Path.Combine(Repository.Output(Cli), "mdiqkd.deps.json"));

        Assert.NotEmpty(libraries.Intersect(NamesIn("host/user")));
        Assert.NotEmpty(libraries.Intersect(NamesIn("host/sim")));
        Assert.Equal(
            [Path.GetFileNameWithoutExtension(DependencyRules.Measurement)], libraries.Intersect(NamesIn("host/hub")));
    }

    [Theory]
    [InlineData("hub", "MdiQkd.Hub.dll", "host/user", "host/sim", "host/tools", "tests")]
    [InlineData("node", "MdiQkd.Node.dll", "host/hub", "host/sim", "host/tools", "tests")]
    public void The_folder_that_the_demo_runs_a_daemon_from_holds_nothing_of_the_other_side(
        string folder, string program, params string[] forbidden)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Output(Cli), folder), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetFileName(file)),
        ];

        Assert.Contains(program, files);
        IEnumerable<string> names = NamesIn(forbidden);
        Assert.DoesNotContain(files, file => names.Any(name => file.StartsWith(name + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_assembly_in_the_hubs_folder_refers_to_the_user_or_simulated_side()
    {
        string[] forbidden = [.. NamesIn("host/user", "host/sim")];
        string[] assemblies = Directory.GetFiles(Path.Combine(Repository.Output(Cli), "hub"), "MdiQkd.*.dll");

        Assert.NotEmpty(assemblies);
        Assert.All(assemblies, assembly => Assert.Empty(ReferencesOf(assembly).Intersect(forbidden)));
        Assert.Contains("MdiQkd.KeyMaterial", ReferencesOf(Path.Combine(Repository.Output(Cli), "MdiQkd.Authentication.dll")));
    }

    private static IEnumerable<string> NamesIn(params string[] parts) =>
        Repository.Projects.Where(project => parts.Contains(DependencyRules.PartOf(project)))
            .SelectMany(project => new[] { Path.GetFileNameWithoutExtension(project) })
            .Concat(parts.Contains("host/tools") ? ["mdiqkd"] : []);

    private static IReadOnlyList<string> ReferencesOf(string assembly)
    {
        using FileStream stream = File.OpenRead(assembly);
        using PEReader reader = new(stream);
        MetadataReader metadata = reader.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(reference =>
                metadata.GetString(metadata.GetAssemblyReference(reference).Name)),
        ];
    }
}
