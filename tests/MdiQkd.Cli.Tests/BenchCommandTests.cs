using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using MdiQkd.Cli.Commands.Bench;
using MdiQkd.Distillation.Amplification;

namespace MdiQkd.Cli.Tests;

public sealed class BenchCommandTests
{
    private static readonly string[] Shared =
        ["bench", "n", "outputLength", "path", "threads", "calls", "mbitPerSecondPerCore", "nanosecondsPerMessage", "hash"];

    [Theory]
    [InlineData("amplify", "128")]
    [InlineData("amplify", "portable")]
    [InlineData("authenticate", "128")]
    [InlineData("authenticate", "portable")]
    public void Every_path_gives_the_same_hash(string kernel, string path)
    {
        JsonElement given = Measured(kernel, "--length", "3000", "--path", path);
        JsonElement fastest = Measured(kernel, "--length", "3000");

        Assert.Equal(path, given.GetProperty("path").GetString());
        Assert.NotEqual("auto", fastest.GetProperty("path").GetString());
        Assert.Equal(given.GetProperty("hash").GetString(), fastest.GetProperty("hash").GetString());
    }

    [Theory]
    [InlineData("amplify", 5000, 2500)]
    [InlineData("authenticate", 64, 128)]
    public void One_object_with_all_fields(string kernel, int length, int outputLength)
    {
        JsonElement result = Measured(kernel, "--length", $"{length}");

        Assert.All(Shared, field => Assert.True(result.TryGetProperty(field, out _), field));
        Assert.Equal(kernel, result.GetProperty("bench").GetString());
        Assert.Equal(length, result.GetProperty("n").GetInt32());
        Assert.Equal(outputLength, result.GetProperty("outputLength").GetInt32());
        Assert.True(result.GetProperty("calls").GetInt64() > 0);

        // The two figures say the same: bits per call over time per call. Both are rounded to four digits.
        double bits = kernel == "amplify" ? length : 8 * length;
        Assert.Equal(1.0, result.GetProperty("mbitPerSecondPerCore").GetDouble() * result.GetProperty("nanosecondsPerMessage").GetDouble()
            / (1000 * bits), 0.002);
    }

    [Fact]
    public void Output_length_and_threads_change_the_measurement_not_the_bits()
    {
        JsonElement one = Measured("amplify", "--length", "20001", "--output-length", "777");
        JsonElement two = Measured("amplify", "--length", "20001", "--output-length", "777", "--threads", "2");

        Assert.Equal(777, two.GetProperty("outputLength").GetInt32());
        Assert.Equal(2, two.GetProperty("threads").GetInt32());
        Assert.Equal(one.GetProperty("hash").GetString(), two.GetProperty("hash").GetString());
    }

    [Theory]
    [InlineData("coincidences")]
    [InlineData("singles")]
    public void The_simulator_is_measured_against_real_time(string fidelity)
    {
        JsonElement result = Measured("simulate", "--fidelity", fidelity, "--arm-a", "10", "--arm-b", "20.5", "--clock", "1.5");
        JsonElement again = Measured("simulate", "--fidelity", fidelity, "--arm-a", "10", "--arm-b", "20.5", "--clock", "1.5");

        Assert.Equal(("simulate", 1.5, 10, 20.5), (
            result.GetProperty("bench").GetString(),
            result.GetProperty("clockMHz").GetDouble(),
            result.GetProperty("armAKm").GetDouble(),
            result.GetProperty("armBKm").GetDouble()));
        Assert.Equal(again.GetProperty("hash").GetString(), result.GetProperty("hash").GetString());
        Assert.Equal(
            1.0,
            result.GetProperty("realTimeFactor").GetDouble() * result.GetProperty("tagsPerSimulatedSecond").GetDouble()
                / (1e6 * result.GetProperty("mtagsPerSecondPerCore").GetDouble()),
            0.01);
        Assert.True(result.GetProperty("tagsPerSimulatedSecond").GetInt64() > 0);
    }

    [Fact]
    public void Tags_of_a_stream_and_of_a_recording_give_the_same_events()
    {
        JsonElement stream = Measured("tags");
        JsonElement recording = Measured("tags", "--format", "ptu");
        Assert.Equal(stream.GetProperty("hash").GetString(), recording.GetProperty("hash").GetString());
        Assert.True(stream.GetProperty("events").GetInt64() > 1000);
        Assert.InRange(stream.GetProperty("announcementBytesPerEvent").GetDouble(), 1, 3);
        Assert.True(stream.GetProperty("mtagsPerSecondPerCore").GetDouble() > 0);
        Assert.True(stream.GetProperty("gigabytesPerSecond").GetDouble() > 0);
        Assert.Equal(
            stream.GetProperty("stationsPerCore").GetDouble() >= 1, stream.GetProperty("sustainsStation").GetBoolean());
    }

    [Fact]
    public void Without_json_it_is_a_table()
    {
        (int code, string output, _) = Run("authenticate", "--length", "64", "--seconds", "0.05");

        Assert.Equal(0, code);
        Assert.Contains("64 bytes", output, StringComparison.Ordinal);
        Assert.DoesNotContain("{", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--length 0: 1..134217728 bits", "amplify", "--length", "0")]
    [InlineData("--delay -1: 0..1000000 ps", "tags", "--delay", "-1")]
    [InlineData("--rate 1: 1000..1000000000", "tags", "--rate", "1")]
    [InlineData("'many'", "amplify", "--length", "many", "--output-length", "5")]
    [InlineData("--length 134217729: 1..134217728 bits", "amplify", "--length", "134217729")]
    [InlineData("'--length' is required", "amplify")]
    [InlineData("--output-length 0: 1..134217728 bits", "amplify", "--length", "10", "--output-length", "0")]
    [InlineData("--path 64: one of auto, 512, 256, 128, portable", "amplify", "--length", "10", "--path", "64")]
    [InlineData("--threads 0: 1..1024 threads", "amplify", "--length", "10", "--threads", "0")]
    [InlineData("--seconds NaN: 0.001..3600", "amplify", "--length", "10", "--seconds", "NaN")]
    [InlineData("--length -1: 1..1073741824 bytes", "authenticate", "--length", "-1")]
    [InlineData("--clock 0: 1..2000", "simulate", "--clock", "0")]
    [InlineData("--arm-b 501: 0..500", "simulate", "--arm-b", "501")]
    public void Bad_input_is_one_fault(string expected, params string[] arguments)
    {
        ParseResult result = new RootCommand { BenchCommand.Make() }.Parse(["bench", .. arguments]);

        Assert.Contains(expected, Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_the_kernel_knows_to_be_wrong_is_one_line_and_exit_code_2()
    {
        (int code, string output, string error) = Run("amplify", "--length", "10", "--output-length", "11");
        Assert.Equal((2, "", "error: output of 11 bits: 1 … 10, the length of the input, is needed"), (code, output, error.TrimEnd()));

        Assert.SkipWhen(ToeplitzHash.IsSupported(ToeplitzPath.Clmul512), "this machine has all instructions");
        (code, output, error) = Run("amplify", "--length", "10", "--path", "512");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: --path 512: this machine lacks the instructions", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_installed_program_says_it_in_one_line()
    {
        using Process program = InstalledProgram.Start(redirectInput: false, "bench", "amplify", "--length", "0", "--json");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> error = program.StandardError.ReadToEndAsync(cancellation);
        Assert.Empty(await program.StandardOutput.ReadToEndAsync(cancellation));
        await program.WaitForExitAsync(cancellation).WaitAsync(InstalledProgram.Patience, cancellation);

        Assert.Equal(2, program.ExitCode);
        Assert.Equal("error: --length 0: 1..134217728 bits (see: mdiqkd --help)", (await error).TrimEnd());
    }

    private static JsonElement Measured(params string[] arguments)
    {
        (int code, string output, string error) = Run([.. arguments, "--json", "--seconds", "0.05"]);
        Assert.Equal((0, ""), (code, error));
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = new RootCommand { BenchCommand.Make() }.Parse(["bench", .. arguments]).Invoke(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }
}
