using System.Text;
using MdiQkd.Cli.Networks;
using MdiQkd.Protocol;

namespace MdiQkd.Cli.Tests;

public sealed class NetworkReaderTests
{
    private const string OneSource = "\"sourceA\": { \"z\": 0.6, \"v\": 0.2, \"w\": 0.1, \"pz\": 0.7, \"pv\": 0.1, \"pw\": 0.1 }";

    [Fact]
    public void The_example_is_the_network_of_the_specification()
    {
        NetworkFile network = NetworkReader.Example;

        Assert.Equal(new SlotTiming(5000, 2500, 500), network.Timing);
        Assert.Equal(["inta-1", "inta-2", "sgsics"], network.Users.Select(user => user.Name));
        Assert.Equal([9.0, 11.0, 13.0], network.Users.Select(user => Math.Round(user.LossDb, 9)));
        Assert.Equal(3, network.Pairs.Count);
        Assert.All(network.Pairs, pair => Assert.Null(pair.SourceA ?? pair.SourceB));

        // 10 sessions of 60 s: 10 simulated minutes per block.
        double seconds = network.Block.Sessions * network.Block.SlotsPerSession / network.Timing.SlotRateHz;
        Assert.Equal(600, seconds, 9);
        Assert.True((double)network.Pilots.Length / network.Pilots.Period <= 0.001, "pilots cost at most 0.1 % of the slots");
        Assert.True(network.Pilots.Period * (long)network.Timing.SlotPeriodPs > network.Detectors.DeadTimePs);
        Assert.Equal(new EpsilonBudget(1e-10, 1e-15), network.Security);
    }

    [Theory]
    [InlineData("\"lengthKm\": 40", "\"lengthKm\": -4", "users[1].lengthKm = -4 is outside 0..1000")]
    [InlineData("\"efficiency\": 0.8", "\"efficiency\": 1.5", "detectors.efficiency = 1.5 is outside 0..1")]
    [InlineData("\"overlap\": 0.97", "\"overlap\": 2", "interference.overlap = 2 is outside 0..1")]
    [InlineData("\"jitterFwhmPs\": 40", "\"jitterFwhmPs\": 900", "jitterFwhmPs = 900")]
    [InlineData("\"windowPs\": 500 }", "\"windowPs\": 9999 }", "timing.windowPs = 9999: windows must not overlap")]
    [InlineData("\"sessions\": 10", "\"sessions\": 0", "block.sessions = 0 is outside 1..1440")]
    [InlineData("\"epsilon\": 1e-10", "\"epsilon\": 2", "security.epsilon = 2 is outside")]
    [InlineData("{ \"a\": \"inta-1\", \"b\": \"inta-2\" }", "{ \"a\": \"inta-1\", \"b\": \"inta-2\", " + OneSource + " }", "both or neither")]
    [InlineData(
        "{ \"a\": \"inta-1\", \"b\": \"inta-2\" }",
        "{ \"a\": \"inta-1\", \"b\": \"inta-2\", " + OneSource + ", \"sourceB\": { \"z\": 0.6, \"v\": 0.2, \"w\": 0.3, \"pz\": 0.7, \"pv\": 0.1, \"pw\": 0.1 } }",
        "pairs[0].sourceB: intensities w = 300000e-6, v = 200000e-6: 0 < w < v")]
    [InlineData("\"name\": \"sgsics\"", "\"name\": \"SGSICS\"", "users[2].name = 'SGSICS': a name is")]
    [InlineData("\"name\": \"sgsics\"", "\"name\": \"inta-1\"", "users[2].name = 'inta-1' is taken")]
    [InlineData("\"name\": \"sgsics\"", "\"name\": \"hub\"", "users[2].name = 'hub' is taken")]
    [InlineData("\"port\": 3", "\"port\": 1", "users[2].port = 1 is taken")]
    [InlineData("\"a\": \"inta-2\", \"b\": \"sgsics\"", "\"a\": \"inta-1\", \"b\": \"sgsics\"", "are a pair already")]
    [InlineData("\"a\": \"inta-2\", \"b\": \"sgsics\"", "\"a\": \"sgsics\", \"b\": \"inta-2\"", "alphabetically lower")]
    [InlineData("\"a\": \"inta-2\", \"b\": \"sgsics\"", "\"a\": \"inta-2\", \"b\": \"madrid\"", "pairs[2].b = 'madrid' is not a user")]
    public void A_value_out_of_range_is_named_with_its_line(string good, string bad, string expected)
    {
        string text = Replaced(good, bad);

        string error = ErrorOf(text);

        string before = NetworkReader.ExampleText[..NetworkReader.ExampleText.IndexOf(good, StringComparison.Ordinal)];
        int line = 1 + before.Count(c => c == '\n');
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);

        // Faults of a pair or of a source may be reported at the line where the section begins.
        int reported = int.Parse(error.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(reported, line - 2, line);
    }

    [Fact]
    public void Settings_given_in_the_file_are_kept()
    {
        string text = Replaced(
            "{ \"a\": \"inta-1\", \"b\": \"inta-2\" }",
            "{ \"a\": \"inta-1\", \"b\": \"inta-2\", " + OneSource + ", " + OneSource.Replace("sourceA", "sourceB", StringComparison.Ordinal) + " }");

        Assert.True(NetworkReader.TryParse(Encoding.UTF8.GetBytes(text), "net.json", out NetworkFile? network, out string? error), error);
        Assert.Equal(SourceSettings.FromReal(0.6, 0.2, 0.1, 0.7, 0.1, 0.1), network.Pairs[0].SourceB!.ToSettings());
        Assert.Null(network.Pairs[1].SourceA);
    }

    [Theory]
    [InlineData("\"port\": 3,", "\"port\": 3, \"colour\": 1,", "users[2].colour: unknown key")]
    [InlineData("\"port\": 3,", "", "users[2]: missing 'port'")]
    [InlineData("\"port\": 3,", "\"port\": 3, \"port\": 4,", "given twice")]
    [InlineData("\"port\": 3,", "\"port\": 3.5,", "users[2].port: a whole number is needed")]
    [InlineData("\"port\": 3,", "\"port\": \"3\",", "users[2].port: a whole number is needed")]
    [InlineData("\"efficiency\": 0.8", "\"efficiency\": \"high\"", "detectors.efficiency: a number is needed")]
    [InlineData("\"acceptPsiPlus\": false", "\"acceptPsiPlus\": 0", "block.acceptPsiPlus: true or false is needed")]
    [InlineData("\"name\": \"sgsics\"", "\"name\": 7", "users[2].name: a text in quotes is needed")]
    [InlineData("\"port\": 3,", "\"port\": ,", "not valid JSON")]
    public void A_wrong_shape_is_named_with_its_line(string good, string bad, string expected)
    {
        string error = ErrorOf(Replaced(good, bad));

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Matches(@"^net\.json:\d+: ", error);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("MdiQkd", error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("\u0000\u0001")]
    public void Nonsense_is_one_line(string text)
    {
        string error = ErrorOf(text);

        Assert.StartsWith("net.json:1: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Null_elements_are_refused()
    {
        string error = ErrorOf(Replaced("\"users\": [", "\"users\": [ null,"));

        Assert.Contains("users", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_a_pair_is_refused()
    {
        string error = ErrorOf(Replaced(
            "\"users\": [",
            "\"users\": [ { \"name\": \"alone\", \"port\": 9, \"lengthKm\": 1, \"lossDbPerKm\": 0.2, \"hubLossDb\": 3 },"));

        Assert.Contains("'alone' is in no pair", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_one_line()
    {
        Assert.False(NetworkReader.TryRead("/nowhere/net.json", out _, out string? error));
        Assert.StartsWith("/nowhere/net.json: cannot be read: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_truncation_is_refused_in_one_line()
    {
        byte[] text = Encoding.UTF8.GetBytes(NetworkReader.ExampleText);
        int end = Array.LastIndexOf(text, (byte)'}');
        for (int length = 0; length <= end; length += 7)
        {
            Assert.False(NetworkReader.TryParse(text.AsSpan(0, length), "net.json", out _, out string? error));
            Assert.DoesNotContain('\n', error);
        }
    }

    private static string Replaced(string good, string bad)
    {
        Assert.Contains(good, NetworkReader.ExampleText, StringComparison.Ordinal);
        return NetworkReader.ExampleText.Replace(good, bad, StringComparison.Ordinal);
    }

    private static string ErrorOf(string text)
    {
        Assert.False(NetworkReader.TryParse(Encoding.UTF8.GetBytes(text), "net.json", out NetworkFile? network, out string? error));
        Assert.Null(network);
        return error;
    }
}
