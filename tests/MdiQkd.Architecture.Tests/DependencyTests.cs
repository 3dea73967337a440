namespace MdiQkd.Architecture.Tests;

public sealed class DependencyTests
{
    [Fact]
    public void Every_reference_points_downwards()
    {
        string[] faults =
        [
            .. Repository.Projects.SelectMany(project =>
                Repository.References(project).Select(reference => DependencyRules.Fault(project, reference))).OfType<string>(),
        ];

        Assert.NotEmpty(Repository.Projects.SelectMany(Repository.References));
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("host/hub/H/H.csproj", "host/user/U/U.csproj")]
    [InlineData("host/user/U/U.csproj", "host/hub/H/H.csproj")]
    [InlineData("host/hub/H/H.csproj", "host/sim/S/S.csproj")]
    [InlineData("host/user/U/U.csproj", "host/sim/S/S.csproj")]
    [InlineData("host/common/C/C.csproj", "host/hub/H/H.csproj")]
    [InlineData("host/common/C/C.csproj", "host/user/U/U.csproj")]
    [InlineData("shared/P/P.csproj", "host/common/C/C.csproj")]
    [InlineData("firmware/F/F.csproj", "host/common/C/C.csproj")]
    [InlineData("host/sim/S/S.csproj", "tests/T/T.csproj")]
    [InlineData("host/tools/C/C.csproj", "host/hub/H/H.csproj")]
    [InlineData("elsewhere/E.csproj", "shared/P/P.csproj")]
    public void The_rules_refuse_what_they_must(string project, string reference) =>
        Assert.NotNull(DependencyRules.Fault(project, new ProjectReference(reference, true)));

    [Fact]
    public void A_tool_may_build_the_hub_without_seeing_it() =>
        Assert.Null(DependencyRules.Fault("host/tools/C/C.csproj", new ProjectReference("host/hub/H/H.csproj", false)));

    [Fact]
    public void A_tool_may_see_the_measurement_of_tags_and_a_user_may_not()
    {
        ProjectReference measurement = new(DependencyRules.Measurement, true);
        Assert.Null(DependencyRules.Fault("host/tools/C/C.csproj", measurement));
        Assert.NotNull(DependencyRules.Fault("host/user/U/U.csproj", measurement));
    }

    [Fact]
    public void Every_reference_leads_to_a_project_of_the_tree()
    {
        string[] missing =
        [
            .. Repository.Projects.SelectMany(Repository.References).Select(reference => reference.Path)
                .Where(path => !Repository.Projects.Contains(path)),
        ];

        Assert.Empty(missing);
    }
}
