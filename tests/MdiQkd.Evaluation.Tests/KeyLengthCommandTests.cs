using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using MdiQkd.Evaluation.KeyLengths;

namespace MdiQkd.Evaluation.Tests;

public sealed class KeyLengthCommandTests
{
    private static readonly string VectorText = ReadVectors();

    [Fact]
    public async Task All_vectors_are_met_at_1e_6()
    {
        CommandRun run = await RunAsync(VectorText, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        JsonArray vectors = Vectors();
        JsonArray results = JsonNode.Parse(run.Output)!.AsArray();
        Assert.Equal(66, results.Count);
        for (int i = 0; i < results.Count; i++)
        {
            foreach ((string field, JsonNode? expected) in vectors[i]!["out"]!.AsObject())
            {
                double value = expected!.GetValue<double>();
                double actual = results[i]![field]!.GetValue<double>();
                Assert.True(Math.Abs(actual - value) <= 1e-6 * Math.Abs(value), $"[{i}].{field}: {actual} against {value}");
            }
        }
    }

    [Fact]
    public async Task One_object_in_is_one_object_out_with_the_fields_of_the_layout()
    {
        CommandRun run = await RunAsync(Vectors()[0]!.ToJsonString());

        JsonObject result = JsonNode.Parse(run.Output)!.AsObject();
        Assert.Superset(new HashSet<string> { "ell", "s11", "e11", "n11", "phi", "leak", "C" }, result.Select(field => field.Key).ToHashSet());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task As_many_objects_come_out_as_went_in(int count)
    {
        JsonArray some = new([.. Vectors().Take(count).Select(vector => vector!.DeepClone())]);

        CommandRun run = await RunAsync(some.ToJsonString());

        Assert.Equal(count, JsonNode.Parse(run.Output)!.AsArray().Count);
    }

    [Fact]
    public async Task Options_have_defaults_and_users_may_differ()
    {
        JsonObject vector = Vectors()[40]!.AsObject();
        vector.Remove("opts");
        vector.Remove("out");
        JsonObject p = vector["P"]!.AsObject();
        p["wa"] = 0.8 * p["wa"]!.GetValue<double>();
        p["zb"] = 1.1 * p["zb"]!.GetValue<double>();

        CommandRun run = await RunAsync(vector.ToJsonString());

        Assert.Equal(0, run.ExitCode);
        Assert.True(double.IsFinite(JsonNode.Parse(run.Output)!["ell"]!.GetValue<double>()));
    }

    [Theory]
    [InlineData("counts", "n_ww", "NaN", "counts.n_ww = NaN: allowed is a finite number")]
    [InlineData("counts", "n_ww", "-Infinity", "counts.n_ww = -Infinity: allowed is a finite number")]
    [InlineData("counts", "n_ww", "1e999", "counts.n_ww = 1e999: allowed is a finite number")]
    [InlineData("counts", "n_ww", "\"12\"", "counts.n_ww = 12: allowed is a finite number")]
    [InlineData("counts", "n_ww", "null", "counts.n_ww = null: allowed is a finite number")]
    [InlineData("counts", "n_ww", "", "counts.n_ww = missing: allowed is a finite number")]
    [InlineData("counts", "n_0v", "-1", "n_0v = -1: allowed is 0 to N p_i p_j = ")]
    [InlineData("counts", "n_0z", "-1", "n_0z = -1: allowed is 0 to N p_i p_j = ")]
    [InlineData("counts", "m_ww", "1e6", "m_ww = 1000000: allowed is 0 to n_ww = ")]
    [InlineData("counts", "m_zz", "1e12", "m_zz = 1000000000000: allowed is 0 to n_zz = ")]
    [InlineData("counts", "n_00", "1e12", "n_00 = 1000000000000: allowed is 0 to N p_i p_j = ")]
    [InlineData("P", "wa", "0.9", "wa = 0.9: allowed is more than 0 and less than va = ")]
    [InlineData("P", "vb", "-0.1", "vb = -0.1: allowed is more than 0 and less than 10")]
    [InlineData("P", "pza", "0.9", "pza + pva + pwa + poa = ")]
    [InlineData("P", "pob", "0", "pob = 0: allowed is more than 0 and less than 1")]
    [InlineData("P", "N", "-1e10", "N = -10000000000: allowed is more than 0 and less than 1E+30")]
    [InlineData("P", "N", "true", "P.N = true: allowed is a finite number")]
    [InlineData("opts", "eps", "0", "eps = 0: allowed is more than 0 and less than 0.5")]
    [InlineData("opts", "eps", "1", "eps = 1: allowed is more than 0 and less than 0.5")]
    [InlineData("opts", "eps_cor", "NaN", "opts.eps_cor = NaN: allowed is a finite number")]
    [InlineData("opts", "f", "0.9", "opts.f = 0.9: allowed is 1 to 10")]
    [InlineData("opts", "scan", "1", "opts.scan = 1: allowed is 3 to 100001")]
    [InlineData("opts", "scan", "10.5", "opts.scan = 10.5: allowed is a whole number from 3 to 100001")]
    [InlineData("opts", "mode", "\"loose\"", "opts.mode = loose: allowed is tight or simple")]
    [InlineData("opts", "method", "\"triple\"", "opts.method = triple: allowed is double, zyw or plain")]
    [InlineData("opts", "epsilon", "1e-9", "opts.epsilon = 1e-9: allowed is one of the options eps, ")]
    public async Task Bad_input_is_named_with_value_and_range(string section, string field, string value, string message)
    {
        string text = Changed(section, field, value);

        CommandRun alone = await RunAsync(text, "--json");
        CommandRun second = await RunAsync($"[{Vectors()[1]!.ToJsonString()},{text}]", "--json");

        Assert.Equal(2, alone.ExitCode);
        Assert.Empty(alone.Output);
        Assert.Contains(": " + message, alone.Error, StringComparison.Ordinal);
        Assert.Single(alone.Error.Trim().Split('\n'));

        // No number at all comes out, not even of the good block before it.
        Assert.Equal(2, second.ExitCode);
        Assert.Empty(second.Output);
        Assert.Contains(": [1]." + message, second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("7", "input = 7: allowed is an object")]
    [InlineData("{}", "P = missing: allowed is an object")]
    [InlineData("[3]", "[0] = 3: allowed is an object")]
    [InlineData("{\"P\": [], \"counts\": {}}", "P = an array: allowed is an object")]
    public async Task Nonsense_is_one_line_and_no_number(string text, string message)
    {
        CommandRun run = await RunAsync(text);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_missing_file_is_one_line()
    {
        CommandRun run = await CommandRun.OfAsync(KeyLengthCommand.Make(), "--input", "/nowhere/blocks.json");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("error: /nowhere/blocks.json: cannot be read: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_given_twice_is_refused()
    {
        CommandRun run = await RunAsync(VectorText.Replace("\"n_ww\"", "\"n_ww\": 3, \"n_ww\"", StringComparison.Ordinal), "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("n_ww", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_inside_strings_are_left_alone() =>
        Assert.Equal("""{"NaN \" NaN": ["NaN", "-Infinity", 1]}""", NonFiniteNumbers.Quote("""{"NaN \" NaN": [NaN, -Infinity, 1]}"""));

    private static async Task<CommandRun> RunAsync(string text, params string[] flags)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
            return await CommandRun.OfAsync(KeyLengthCommand.Make(), ["--input", file, .. flags]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The first vector with one field replaced, added or, without a value, removed.
    private static string Changed(string section, string field, string value)
    {
        JsonObject vector = Vectors()[0]!.AsObject();
        JsonObject part = vector[section]!.AsObject();
        part.Remove(field);
        if (value.Length > 0)
        {
            part[field] = "@@";
        }

        return vector.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);
    }

    private static JsonArray Vectors() => JsonNode.Parse(VectorText)!.AsArray();

    private static string ReadVectors()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("physics-vectors.json")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
