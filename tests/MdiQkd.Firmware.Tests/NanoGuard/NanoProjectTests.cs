using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>What the guard compiles is what the device's projects compile, with the packages that the facts describe.</summary>
public sealed partial class NanoProjectTests
{
    private const string Folder = "firmware/nano";
    private const string MetadataProcessor = "nanoFramework.Tools.MetadataProcessor.MsBuildTask";

    // Assemblies whose package is not the assembly's name with the prefix.
    private static readonly Dictionary<string, string> Packages = new() { ["mscorlib"] = "nanoFramework.CoreLibrary" };

    public static TheoryData<string> Boards => [.. DeviceBuild.Boards];

    [Theory]
    [MemberData(nameof(Boards))]
    public void The_project_of_a_board_compiles_the_sources_that_the_guard_compiles(string board)
    {
        string[] others = [.. DeviceBuild.Boards.Where(other => other != board)];
        string[] guarded =
        [
            .. DeviceBuild.Sources.Select(source => source.Path)
                .Where(path => !others.Any(other => path.StartsWith(other + "/", StringComparison.Ordinal))),
        ];

        Assert.Equal(guarded.Order(StringComparer.Ordinal), Compiled(Path.GetFileName(board)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void The_packages_are_those_whose_interface_the_guard_has(string board)
    {
        Dictionary<string, string> known = KnownPackages();
        (string Id, string Version)[] used =
        [
            .. Documents(Path.GetFileName(board)).SelectMany(document => document.Descendants("PackageReference"))
                .Select(reference => ((string)reference.Attribute("Include")!, (string)reference.Attribute("Version")!)),
        ];

        Assert.Contains(used, package => package.Id == "nanoFramework.CoreLibrary");
        Assert.All(used, package => Assert.Equal(known[package.Id], package.Version));
    }

    [Fact]
    public void The_device_projects_stand_apart_from_the_build_of_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(FirmwareSources.Root, "MdiQkd.Edge.sln"));
        string[] names = [.. DeviceBuild.Boards.Select(board => Path.GetFileName(board)), "BenchFt232H"];

        Assert.All(names, name =>
        {
            string id = Regex.Match(solution, $"= \"{name}\", \"[^\"]+\", \"({{[^\"]+}})\"").Groups[1].Value;
            Assert.Contains(id + ".Debug|Any CPU.ActiveCfg", solution, StringComparison.Ordinal);
            Assert.DoesNotMatch(Regex.Escape(id) + @".*\.Build\.0", solution);
        });
        Assert.Matches(@"\.Build\.0", solution);
        XElement isolated = XElement.Load(Path.Combine(FirmwareSources.Root, Folder, "Directory.Build.props"));
        Assert.Empty(isolated.Elements());
    }

    /// <summary>Versions of packages, from the heads of the facts files and the one that is a tool.</summary>
    private static Dictionary<string, string> KnownPackages()
    {
        Dictionary<string, string> known = new() { [MetadataProcessor] = "3.0.100" };
        foreach (Match head in NanoCompiler.FactsFiles.SelectMany(File.ReadLines).Select(line => Head().Match(line)).Where(match => match.Success))
        {
            string assembly = head.Groups[1].Value;
            string package = Packages.GetValueOrDefault(
                assembly, assembly.StartsWith("nanoFramework.", StringComparison.Ordinal) ? assembly : "nanoFramework." + assembly);
            known[package] = head.Groups[2].Value;
        }

        return known;
    }

    private static IEnumerable<XDocument> Documents(string name)
    {
        string folder = Path.Combine(FirmwareSources.Root, Folder);
        return [XDocument.Load(Path.Combine(folder, "Nano.props")), XDocument.Load(Path.Combine(folder, name, name + ".csproj"))];
    }

    private static IEnumerable<string> Compiled(string name)
    {
        string folder = Path.Combine(FirmwareSources.Root, Folder, name);
        foreach (XElement compile in Documents(name).SelectMany(document => document.Descendants("Compile")))
        {
            string[] excluded = [.. ((string?)compile.Attribute("Exclude") ?? "").Split(';').Select(Part).Where(part => part.Length > 0)];
            foreach ((string path, _) in FirmwareSources.Of(Part((string)compile.Attribute("Include")!)))
            {
                if (!excluded.Any(part => path.StartsWith(part + "/", StringComparison.Ordinal)))
                {
                    yield return path;
                }
            }
        }

        // Folder that a pattern "folder/**..." speaks of, from the root.
        string Part(string pattern)
        {
            int star = pattern.IndexOf("/**", StringComparison.Ordinal);
            bool isObj = pattern.EndsWith("/obj/**", StringComparison.Ordinal);
            return star < 0 || isObj ? ""
                : Path.GetRelativePath(FirmwareSources.Root, Path.GetFullPath(pattern[..star], folder)).Replace('\\', '/');
        }
    }

    [GeneratedRegex(@"^# ASSEMBLY (\S+) version=(\d+\.\d+\.\d+)")]
    private static partial Regex Head();
}
