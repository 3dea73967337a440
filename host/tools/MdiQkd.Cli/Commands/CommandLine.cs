using System.CommandLine;
using MdiQkd.Cli.Commands.Bench;
using MdiQkd.Cli.Commands.Board;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;
using MdiQkd.DeviceTools;
using MdiQkd.Evaluation;
using MdiQkd.Evaluation.Commands;
using MdiQkd.Evaluation.KeyLengths;
using MdiQkd.Replay;
using MdiQkd.Replay.Conversion;

namespace MdiQkd.Cli.Commands;

/// <summary>The command line of `mdiqkd`.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command; a parse error is one line on standard error and exit code 2.</summary>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        RootCommand root = new("MDI-QKD network: untrusted hub, user nodes, simulated world.")
        {
            DemoCommand.Make(), NetworkCommand.Make(), PoolCommand.Make(), KeyLengthCommand.Make(), EvaluateCommand.Make(EvaluatedNetworks.Read),
            ReplayCommand.Make(), ConvertCommand.Make(), DeviceCommand.Make(), BoardCommand.Make(), BenchCommand.Make(), WorldCommand.Make(),
            SeededNodeCommand.Make(),
        };
        if (root.Subcommands.FirstOrDefault(command => arguments is [string first, ..] && command.Name == first) is { } asked)
        {
            // A hidden command is left out of the list above it, but has help of its own.
            asked.Hidden = false;
        }

        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            string[] errors = [.. result.Errors.Select(error => error.Message.ReplaceLineEndings(" ")).Distinct()];
            string all = string.Join("; ", errors.Select(error => error.TrimEnd('.')));
            await Console.Error.WriteLineAsync($"error: {all} (see: mdiqkd --help)").ConfigureAwait(false);
            if (arguments is ["demo", ..] && arguments.Contains("--json"))
            {
                // Who reads the summary of a demo by machine gets one in every case.
                Console.Out.WriteLine(DemoSummary.Failed(string.Join(" ", errors), null).ToJson());
            }

            return ExitCode.Usage;
        }

        // Commands handle their own expected failures; anything else is a defect and shall show its stack. Those of the demo handle
        // signals too, others are cancelled by them.
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (arguments is not ["replay" or "convert" or "device", ..])
        {
            return await result.InvokeAsync(configuration).ConfigureAwait(false);
        }

        using Interruption interruption = new();
        try
        {
            return await result.InvokeAsync(configuration, interruption.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.Signal > 0)
        {
            return ExitCode.SignalBase + interruption.Signal;
        }
    }
}
