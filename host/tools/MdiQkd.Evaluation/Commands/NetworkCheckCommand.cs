using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Reports;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Sweeps;
using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.Evaluation.Commands;

/// <summary>`mdiqkd network check`: whether the blocks of a network are long enough for the margin that a plan should have.</summary>
public static class NetworkCheckCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The command, for its parent.</summary>
    /// <param name="readNetwork">Reads a network file, null for the default network; throws <see cref="ScenarioException"/>.</param>
    public static Command Make(Func<string?, EvaluatedNetwork> readNetwork)
    {
        Argument<string?> file = new("FILE")
        {
            Description = "Network file; without it the default network.", Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = new("--json") { Description = "Print one JSON object and nothing else on standard output." };
        Command command = new(
            "check",
            $"Expected key of every pair and its margin; exit code {ExitCode.Failure} if one has less than "
            + $"{KeyMargin.PlannedSigmas:F0} standard deviations.")
        {
            file, json,
        };
        command.SetAction((result, cancellation) => RunAsync(
            readNetwork, result.GetValue(file), result.GetValue(json), result.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        Func<string?, EvaluatedNetwork> readNetwork,
        string? file,
        bool json,
        InvocationConfiguration console,
        CancellationToken cancellation)
    {
        try
        {
            EvaluatedNetwork network = readNetwork(file);
            Func<PlannedPair>[] jobs = [.. network.Pairs.Select(pair => (Func<PlannedPair>)(() => PlannedPair.Of(network, pair)))];
            PlannedPair[] pairs = await EvaluationProgress.RunAsync(
                jobs.Length, console.Error == Console.Error, done => Workload.Run(jobs, done, cancellation)).ConfigureAwait(false);
            bool enough = pairs.All(pair => pair.IsEnough);
            await console.Output.WriteLineAsync(json
                ? JsonSerializer.Serialize(new { Network = network.Name, KeyMargin.PlannedSigmas, IsEnough = enough, Pairs = pairs }, Json)
                : Text(network, pairs)).ConfigureAwait(false);
            foreach (string warning in pairs.Where(pair => !pair.IsEnough).Select(Warning))
            {
                await console.Error.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
            }

            return enough ? ExitCode.Success : ExitCode.Failure;
        }
        catch (Exception e) when (e is ScenarioException or KeyRateInputException)
        {
            await console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await console.Error.WriteLineAsync("error: interrupted").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    /// <summary>What is wrong with the plan of a pair, and what would do.</summary>
    public static string Warning(PlannedPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        string cure = pair.LongerBlocks is { } times
            ? string.Create(CultureInfo.InvariantCulture, $"blocks {times:F1} times as long would do")
            : "no longer block helps: less loss or better detectors are needed";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{pair.A} - {pair.B}: the expected key of {Math.Max(0, pair.KeyBits):F0} bits is {pair.Sigmas:F1} of its standard deviations, "
            + $"{KeyMargin.PlannedSigmas:F0} are needed; {cure}");
    }

    private static string Text(EvaluatedNetwork network, IReadOnlyList<PlannedPair> pairs)
    {
        ReportTable table = new(
            ["pair", "settings", "lossDb", "slots", "f", "keyBits", "sigmaBits", "marginSigmas", "plan"],
            [
                .. pairs.Select(pair => (object?[])
                [
                    $"{pair.A} - {pair.B}", pair.Optimised ? "optimised" : "given", pair.LossDb, pair.Slots,
                    pair.ReconciliationEfficiency, Math.Max(0, pair.KeyBits), pair.SigmaBits, pair.Sigmas,
                    pair.IsEnough ? "enough" : pair.KeyBits > 0 ? "too short" : "no key",
                ]),
            ]);
        using StringWriter text = new(CultureInfo.InvariantCulture);
        TextReportWriter.WriteTable(table, text);
        return $"Plan of {network.Name}: {KeyMargin.PlannedSigmas:F0} standard deviations of the key length are needed\n{text}".TrimEnd();
    }
}
