using System.Text.RegularExpressions;

namespace MdiQkd.Architecture.Tests;

/// <summary>SECURITY.md says which tests show each rule of the protocol; such a list must not rot.</summary>
public sealed partial class SecurityTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "shared/protocol/SECURITY.md"));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        Dictionary<string, string> sources = Repository.Sources("*Tests.cs", "tests")
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);
        (string Class, string Method)[] named = [.. Named(Text)];

        Assert.True(named.Length > 100);
        Assert.Empty(named.Where(test =>
            !sources.TryGetValue(test.Class, out string? source) || !Regex.IsMatch(source, $@"\b(void|Task) {test.Method}\(")));
    }

    [Fact]
    public void Every_rule_names_a_test()
    {
        string[] rules = [.. Row().Matches(Text).Select(match => match.Groups[1].Value).Where(rule => rule != "9")];
        Dictionary<string, string> shown = Item().Matches(Text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.Equal(23, rules.Length);
        Assert.Equal(rules, shown.Keys);
        Assert.All(shown.Values, item => Assert.NotEmpty(Named(item)));
    }

    [Fact]
    public void The_reader_of_the_list_finds_classes_and_methods() => Assert.Equal(
        [("ATests", "One_a"), ("ATests", "Two"), ("BTests", "Three")],
        Named("- **1** ATests: One_a (because: of this),\n  Two; BTests: Three\n"));

    /// <summary>Tests of a text of the form "ClassTests: Method, Method (remark); ClassTests: Method".</summary>
    private static IEnumerable<(string Class, string Method)> Named(string text) =>
        from list in List().Matches(Remark().Replace(text, string.Empty))
        from method in list.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries)
        select (list.Groups[1].Value, method);

    [GeneratedRegex(@"(\w+Tests): (\w+(?:,\s+\w+)*)")]
    private static partial Regex List();

    [GeneratedRegex(@" \([^)]*\)")]
    private static partial Regex Remark();

    [GeneratedRegex(@"^\| (\d(?:\.\d)?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^- \*\*(\d(?:\.\d)?)\*\* (.*(?:\n  .*)*)", RegexOptions.Multiline)]
    private static partial Regex Item();
}
