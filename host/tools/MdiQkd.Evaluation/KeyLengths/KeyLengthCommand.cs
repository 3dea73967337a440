using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MdiQkd.KeyRate;
using Spectre.Console;

namespace MdiQkd.Evaluation.KeyLengths;

/// <summary>`mdiqkd keylength`: secret key length of counted blocks.</summary>
public static class KeyLengthCommand
{
    // A file of 66 vectors has 68 kB; ten thousand blocks are the most that anyone has measured.
    private const int InputBytesMax = 64 << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The command, for a root command.</summary>
    public static Command Make()
    {
        Option<string> input = new("--input")
        {
            Description = "JSON: an object with P, counts and opts, or an array of them; - is standard input.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> json = new("--json")
        {
            Description = "Write JSON on a terminal too; into a file or a pipe it is always JSON.",
        };
        Command command = new("keylength", "Finite-size secret key length of counted blocks, with the bounds it rests on.") { input, json };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetRequiredValue(input), result.GetValue(json), result.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string input, bool json, InvocationConfiguration console, CancellationToken cancellation)
    {
        string? fault;
        try
        {
            string text = await ReadAsync(input, cancellation).ConfigureAwait(false);
            IReadOnlyList<KeyLengthRequest> requests = KeyLengthReader.Read(text, out bool single);

            // All are computed before anything is written: no output at all if one of them is faulty.
            KeyLengthResult[] results = [.. requests.Select((request, i) => Evaluate(request, single ? null : i))];
            if (!json && console.Output == Console.Out && !Console.IsOutputRedirected)
            {
                AnsiConsole.Write(Table(results));
            }
            else
            {
                JsonNode[] objects = [.. results.Select((result, i) => Json(result, requests[i].Estimation.Method))];
                JsonNode all = single ? objects[0] : new JsonArray(objects);
                await console.Output.WriteLineAsync(all.ToJsonString(Indented)).ConfigureAwait(false);
            }

            return ExitCode.Success;
        }
        catch (KeyRateInputException refusal)
        {
            fault = refusal.Message;
        }
        catch (JsonException e)
        {
            fault = $"not valid JSON: {e.Message}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            fault = $"cannot be read: {e.Message}";
        }

        string source = input == "-" ? "standard input" : input;
        await console.Error.WriteLineAsync($"error: {source}: {fault.ReplaceLineEndings(" ")}").ConfigureAwait(false);
        return ExitCode.Usage;
    }

    private static async Task<string> ReadAsync(string input, CancellationToken cancellation)
    {
        if (input == "-")
        {
            return await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false);
        }

        return new FileInfo(input).Length <= InputBytesMax
            ? await File.ReadAllTextAsync(input, cancellation).ConfigureAwait(false)
            : throw new IOException($"larger than {InputBytesMax} bytes");
    }

    private static KeyLengthResult Evaluate(KeyLengthRequest request, int? index)
    {
        try
        {
            return request.Evaluate();
        }
        catch (KeyRateInputException refusal) when (index is { } i)
        {
            throw new KeyRateInputException($"[{i}].{refusal.Field}", refusal.Value, refusal.Allowed);
        }
    }

    // M and H where the method scans them, as in the reference vectors; n0 is 0 because the users' error pattern is public.
    private static JsonObject Json(KeyLengthResult result, EstimationMethod method)
    {
        JsonObject json = new()
        {
            ["ell"] = result.Ell,
            ["s11"] = result.S11,
            ["e11"] = result.E11,
            ["n11"] = result.N11,
            ["phi"] = result.Phi,
            ["n0"] = 0.0,
            ["leak"] = result.Leak,
            ["C"] = result.C,
        };
        if (method == EstimationMethod.DoubleScan)
        {
            json["M"] = result.M;
        }

        if (method != EstimationMethod.Plain)
        {
            json["H"] = result.H;
        }

        return json;
    }

    private static Table Table(IReadOnlyList<KeyLengthResult> results)
    {
        Table table = new();
        table.AddColumns("ell (bits)", "s11", "e11", "n11", "phi", "leak (bits)", "C (bits)");
        foreach (KeyLengthResult r in results)
        {
            table.AddRow(Text(r.Ell, "F1"), Text(r.S11, "G6"), Text(r.E11, "G6"), Text(r.N11, "F1"), Text(r.Phi, "G6"),
                Text(r.Leak, "F1"), Text(r.C, "F2"));
        }

        return table;
    }

    private static string Text(double value, string format) =>
        value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
}
