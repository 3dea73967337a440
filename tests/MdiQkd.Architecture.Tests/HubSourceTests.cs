using System.Text.RegularExpressions;

namespace MdiQkd.Architecture.Tests;

/// <summary>The hub's own sources speak of public data only.</summary>
public sealed partial class HubSourceTests
{
    private static readonly string[] KeyTypes = KeyTypeNames();

    [Fact]
    public void The_hub_names_no_type_of_key_material()
    {
        string[] sources = [.. Repository.Sources("*.cs", "host/hub"), .. Repository.Sources("*.proto", "host/hub")];
        string[] found = [.. sources.SelectMany(file => KeyTypesIn(File.ReadAllText(file)).Select(name => $"{file}: {name}"))];

        Assert.NotEmpty(sources);
        Assert.Empty(found);
    }

    [Fact]
    public void The_check_finds_what_a_user_node_says()
    {
        // What it looks for exists, and the sources of the user side do name it.
        Assert.Contains("IKeyRandomness", KeyTypes);
        Assert.NotEmpty(KeyTypesIn("IKeyRandomness random = new();"));
        Assert.Contains(
            Repository.Sources("*.cs", "host/user/MdiQkd.Node"), file => KeyTypesIn(File.ReadAllText(file)).Any());
    }

    [Theory]
    [InlineData("host/hub")]
    [InlineData("host/user")]
    [InlineData("host/common")]
    [InlineData("shared")]
    public void No_production_source_names_the_simulation(string part)
    {
        string[] found =
        [
            .. Repository.Sources("*.cs", part).Where(file =>
                File.ReadAllText(file).Contains("MdiQkd.Simulation", StringComparison.Ordinal)),
        ];

        Assert.Empty(found);
    }

    private static IEnumerable<string> KeyTypesIn(string text) =>
        Word().Matches(text).Select(match => match.Value).Distinct().Intersect(KeyTypes);

    private static string[] KeyTypeNames() =>
    [
        .. Repository.Sources("*.cs", "host/user/MdiQkd.KeyMaterial").Select(file => Path.GetFileNameWithoutExtension(file)),
    ];

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
