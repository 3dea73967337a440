namespace MdiQkd.Architecture.Tests;

/// <summary>Which part of the tree may see which: ARCHITECTURE section 2.</summary>
internal static class DependencyRules
{
    /// <summary>
    /// The one part of the hub that tools may see: pure functions of time tags, which replay recordings and benchmarks need. It holds no
    /// daemon and nothing of a user.
    /// </summary>
    internal const string Measurement = "host/hub/MdiQkd.Measurement/MdiQkd.Measurement.csproj";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["shared"] = ["shared"],
        ["firmware"] = ["shared", "firmware"],
        ["host/common"] = ["shared", "host/common"],
        ["host/hub"] = ["shared", "host/common", "host/hub"],
        ["host/user"] = ["shared", "host/common", "host/user"],
        ["host/sim"] = ["shared", "firmware", "host/common", "host/user", "host/hub", "host/sim"],
        ["host/tools"] = ["shared", "firmware", "host/common", "host/user", "host/hub", "host/sim", "host/tools"],
        ["tests"] = ["shared", "firmware", "host/common", "host/user", "host/hub", "host/sim", "host/tools", "tests"],
    };

    /// <summary>Part of the tree that a project lies in.</summary>
    internal static string PartOf(string project)
    {
        string[] folders = project.Split('/');
        return folders[0] == "host" ? $"{folders[0]}/{folders[1]}" : folders[0];
    }

    /// <summary>What is wrong with a reference, or null.</summary>
    internal static string? Fault(string project, ProjectReference reference)
    {
        string from = PartOf(project);
        string to = PartOf(reference.Path);
        return !Allowed.TryGetValue(from, out string[]? allowed) ? $"{project} lies in no known part of the tree"
            : !allowed.Contains(to) ? $"{project} must not refer to {reference.Path}"
            : from == "host/tools" && to == "host/hub" && reference.IsCode && reference.Path != Measurement
                ? $"{project} may build {reference.Path} but not see its types"
            : null;
    }
}
