using System.Globalization;
using System.Text.Json.Nodes;
using MdiQkd.Evaluation.Commands;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;
using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Tests;

public sealed class EvaluateCommandTests
{
    private static readonly SourceSettings Source = SourceSettings.FromReal(0.561, 0.136, 0.049, 0.703, 0.070, 0.199);

    private static readonly EvaluatedNetwork Network = new(
        "three sites",
        EvaluationScenario.Default,
        [new("inta-1", new(30)), new("inta-2", new(40)), new("sgsics", new(50))],
        [new("inta-1", "inta-2", Source, Source), new("inta-1", "sgsics", null, null), new("inta-2", "sgsics", null, null)]);

    [Fact]
    public async Task A_sweep_as_csv_is_optimised_at_every_point_and_falls_with_distance()
    {
        CommandRun run = await RunAsync("--sweep", "distance=40:120:5", "--curves", "four,three,infinite,mode-pairing,repeaterless",
            "--times", "none", "--csv", "-", "--ec-efficiency", "1.16");

        Assert.Equal(0, run.ExitCode);
        Dictionary<string, string>[] rows = Csv(run.Output, "distance");
        Assert.Equal(25, rows.Length);
        foreach (IGrouping<string, Dictionary<string, string>> curve in rows.GroupBy(row => row["curve"]))
        {
            double[] rates = [.. curve.Select(row => Number(row["secretBitsPerSecond"]))];
            Assert.Equal(rates.OrderDescending(), rates);
            Assert.True(rates[^1] > 0);
        }

        // What theory knows exactly is above what a finite block shows, and the repeaterless bound is above both.
        for (int i = 0; i < 5; i++)
        {
            double[] at = [.. rows.Where((_, row) => row % 5 == i).Select(row => Number(row["secretBitsPerSecond"]))];
            Assert.True(at[0] >= 0.999 * at[1] && at[2] > at[0] && at[4] > at[2]);
        }

        // A bound has no leak.
        Assert.All(rows, row => Assert.Equal(row["curve"] == "repeaterless" ? "" : "1.16", row["reconciliationEfficiency"]));

        // physics.md 5.2: 30 + 30 km and 40 + 40 km, f 1.16, dead 30 ns; its dead time is a factor, a few per cent off.
        Assert.InRange(Number(rows[1]["secretBitsPerSecond"]), 4293, 1.15 * 4293);
        Assert.InRange(Number(rows[2]["secretBitsPerSecond"]), 1352, 1.15 * 1352);
    }

    [Fact]
    public async Task A_report_is_one_file_with_plots_and_assumptions_beside_them()
    {
        CommandRun run = await RunAsync("--sweep", "dead-time=0:60:3", "--curves", "four", "--times", "10min,1h", "--html", "-");

        Assert.Equal(0, run.ExitCode);
        int figures = Count(run.Output, "<figure>");
        Assert.Equal(5, figures);
        Assert.Equal(figures, Count(run.Output, "src=\"data:image/png;base64,iVBORw0KGgo"));
        Assert.True(Count(run.Output, "<h3>Assumptions</h3>") >= figures);
        Assert.DoesNotContain("http", run.Output, StringComparison.Ordinal);
        Assert.Contains("mdiqkd evaluate --sweep dead-time=0:60:3", run.Output, StringComparison.Ordinal);

        // What varies has no one value among the assumptions of its figure.
        string section = run.Output[run.Output.IndexOf("<section id=\"dead-time\"", StringComparison.Ordinal)..];
        Assert.DoesNotContain("<dt>dead time</dt><dd>30 ns</dd>", section, StringComparison.Ordinal);
        Assert.Contains("<dt>detector efficiency</dt><dd>0.8</dd>", section, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_holds_numbers_and_assumptions_and_plots_are_files()
    {
        string folder = Directory.CreateTempSubdirectory("mdiqkd-test-").FullName;
        try
        {
            string json = Path.Combine(folder, "report.json");
            CommandRun run = await RunAsync(
                "--sweep", "users=2:4", "--curves", "four", "--times", "none", "--json", json, "--plots", Path.Combine(folder, "plots"),
                "--efficiency", "0.6", "--psi-plus", "--chernoff", "simple");

            Assert.Equal(0, run.ExitCode);
            Assert.Empty(run.Output);
            JsonArray sections = JsonNode.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken))!["sections"]!.AsArray();
            Assert.Equal(["scenario", "security", "users"], sections.Select(section => section!["name"]!.GetValue<string>()));
            JsonObject assumptions = sections[0]!["assumptions"]!.AsObject();
            Assert.Equal("0.6", assumptions["detector efficiency"]!.GetValue<string>());
            Assert.Equal("|ψ⁻⟩ and |ψ⁺⟩", assumptions["Bell states"]!.GetValue<string>());
            Assert.StartsWith("measured", assumptions["reconciliation efficiency f"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Contains("simple", assumptions["estimation"]!.GetValue<string>(), StringComparison.Ordinal);

            // A shared hub: three users have three pairs, and waiting for a key costs more than the share of time.
            JsonArray rows = sections[2]!["rows"]!.AsArray();
            double[] rates = [.. rows.Select(row => row!["secretBitsPerSecond"]!.GetValue<double>())];
            Assert.All(rows, row => Assert.Equal(
                MeasuredEfficiency.OfBlock(row!["qberZ"]!.GetValue<double>(), row["siftedPerBlock"]!.GetValue<double>()),
                row["reconciliationEfficiency"]!.GetValue<double>(),
                1e-9));
            Assert.Equal(6, rates.Length);
            Assert.Equal(rates[0] * 60 / 65.01 / 3, rates[1], 1e-6 * rates[1]);
            Assert.Equal(rates[0], rates[3], 1e-6 * rates[0]);
            Assert.True(rates[4] < rates[1] && rates[5] < rates[2]);
            Assert.True(Directory.GetFiles(Path.Combine(folder, "plots"), "*.png").Length >= 4);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_network_has_the_rates_of_every_pair()
    {
        CommandRun run = await RunAsync("--network", "net.json", "--times", "none", "--json", "-");

        JsonArray sections = JsonNode.Parse(run.Output)!["sections"]!.AsArray();
        Assert.Equal(["network", "security"], sections.Select(section => section!["name"]!.GetValue<string>()));
        JsonArray pairs = sections[0]!["rows"]!.AsArray();
        Assert.Equal(3, pairs.Count);
        foreach (JsonNode? pair in pairs)
        {
            double connected = pair!["secretBitsPerSecondConnected"]!.GetValue<double>();
            Assert.Equal(
                MeasuredEfficiency.OfBlock(pair["qberZ"]!.GetValue<double>(), pair["siftedPerBlock"]!.GetValue<double>()),
                pair["reconciliationEfficiency"]!.GetValue<double>(),
                1e-9);
            Assert.Equal(connected * 60 / 65.01 / 3, pair["secretBitsPerSecondInTurn"]!.GetValue<double>(), 1e-9 * connected);
        }

        // Equal settings of unequal arms are worse than optimised ones.
        Assert.InRange(pairs[0]!["keyBitsAsGiven"]!.GetValue<double>(), 1e5, 0.95 * pairs[0]!["keyBitsPerBlock"]!.GetValue<double>());
        Assert.Null(pairs[1]!["keyBitsAsGiven"]);
    }

    [Fact]
    public async Task The_tolerance_command_evaluates_the_default_network()
    {
        CommandRun run = await RunAsync("tolerance", "--times", "10min,1h", "--csv", "-");

        Dictionary<string, string>[] rows = Csv(run.Output, "tolerance");
        Assert.Equal(6, rows.Length);
        for (int i = 0; i < rows.Length; i += 2)
        {
            Assert.InRange(Number(rows[i]["toleratedLossDb"]), 35, 40);
            Assert.True(Number(rows[i + 1]["toleratedLossDb"]) > Number(rows[i]["toleratedLossDb"]) + 5);
            Assert.Equal(Number(rows[i]["lossDb"]) + Number(rows[i]["marginDb"]), Number(rows[i]["toleratedLossDb"]), 1e-9);
        }
    }

    [Fact]
    public async Task Simulation_agrees_and_is_told()
    {
        CommandRun run = await RunAsync("--sweep", "distance=40:80:2", "--curves", "four", "--times", "none", "--validate", "--csv", "-");

        Dictionary<string, string>[] rows = Csv(run.Output, "distance");
        Assert.All(rows, row => Assert.Equal("False", row["differs"]));
        Assert.All(rows, row => Assert.InRange(Math.Abs(Number(row["worstSigma"])), 0.1, 4));
    }

    [Fact]
    public async Task The_example_is_a_scenario_file()
    {
        CommandRun example = await RunAsync("example");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, example.Output, TestContext.Current.CancellationToken);
            CommandRun run = await RunAsync("--scenario", file, "--sweep", "none", "--curves", "four", "--times", "none");
            Assert.Equal(0, run.ExitCode);
            Assert.Contains("four", run.Output, StringComparison.Ordinal);
            Assert.Contains("sum: secrecy", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("efficiency = 2: allowed is 0 to 1", "--efficiency", "2")]
    [InlineData("sweep height: allowed is one of", "--sweep", "height")]
    [InlineData("curve five: allowed is one of four, ", "--curves", "five")]
    [InlineData("block time soon: allowed is a number with s, min, h or d", "--times", "soon")]
    [InlineData("/nowhere.json: cannot be read", "--scenario", "/nowhere.json")]
    [InlineData("one of them", "--scenario", "a.json", "--network", "b.json")]
    [InlineData("windowPs = 4000: windows must not overlap", "--window", "4000")]
    [InlineData("deadTimePs = 2000000", "--clock", "1000", "--dead-time", "2000")]
    [InlineData("/nowhere/r.csv: cannot be written", "--sweep", "none", "--curves", "repeaterless", "--times", "none", "--csv", "/nowhere/r.csv")]
    public async Task A_fault_is_one_line_and_exit_code_2(string message, params string[] arguments)
    {
        CommandRun run = await RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    private static Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.OfAsync(EvaluateCommand.Make(_ => Network), arguments);

    private static Dictionary<string, string>[] Csv(string text, string section)
    {
        string[][] lines = [.. text.TrimEnd().Split("\r\n").Select(line => line.Split(','))];
        string[] heading = lines.Last(line => line[0] == "section");
        return [.. lines.Where(line => line[0] == section).Select(line => heading.Zip(line).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
