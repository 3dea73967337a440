using System.CommandLine;
using MdiQkd.Evaluation.Curves;
using MdiQkd.Evaluation.Literature;
using MdiQkd.Evaluation.Networks;
using MdiQkd.Evaluation.Reports;
using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Sweeps;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.Commands;

/// <summary>`mdiqkd evaluate`: key rates and loss tolerance of a scenario or a network, swept, plotted and checked by simulation.</summary>
public sealed class EvaluateCommand
{
    private const string NoSweep = "none";

    private static readonly string[] SweepsDefault = ["distance", "block-time"];
    private static readonly string[] CurvesDefault =
        ["four", "three", "infinite", "mode-pairing", "mode-pairing-infinite", "repeaterless"];

    private readonly Func<string?, EvaluatedNetwork> readNetwork;
    private readonly ReportOutputs outputs = new();

    private readonly Option<string?> scenario = new("--scenario")
    {
        Description = "Scenario file; without it the default one (see: mdiqkd evaluate example).", HelpName = "FILE",
    };

    private readonly Option<string?> network = new("--network")
    {
        Description = "Network file instead of a scenario: rates and loss tolerance of every pair.", HelpName = "FILE",
    };

    private readonly Option<string[]> sweeps = new("--sweep")
    {
        Description = "What varies: NAME, NAME=FROM:TO or NAME=FROM:TO:POINTS, with :log or :lin at the end if wanted; may be repeated; "
            + $"{NoSweep} for no sweep. Without it: distance and block-time, or none for a network. NAME is one of the options of this "
            + "command that take a number.",
        HelpName = "SWEEP",
    };

    private readonly Option<string?> curves = new("--curves")
    {
        Description = $"Protocols and analyses, comma between: {string.Join(", ", Curve.All.Select(curve => curve.Name))}.", HelpName = "NAMES",
    };

    private readonly Option<string?> times = new("--times")
    {
        Description = "Block times of the loss tolerance, such as 10min,1h,1d; none for no loss tolerance.", HelpName = "TIMES",
    };

    private readonly Option<bool> validate = new("--validate")
    {
        Description = "Simulate every point of four intensities event by event too, and mark where theory differs beyond 4 sigma.",
    };

    private readonly Option<long> seed = new("--seed")
    {
        Description = "Seed of that simulation.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private readonly Option<EstimationMethod?> method = new("--method") { Description = "Estimation: DoubleScan, SingleScan or Plain." };
    private readonly Option<ChernoffKind?> chernoff = new("--chernoff") { Description = "Chernoff bounds: Tight or Simple." };
    private readonly Option<bool?> psiPlus = new("--psi-plus") { Description = "Count the Bell state psi+ too." };

    private readonly Option<bool?> inTime = new("--key-within-block-time")
    {
        Description = "Let the time of a block run on while other pairs have their turn.",
    };

    private readonly (Quantity Quantity, Option<double?> Option)[] numbers =
    [
        .. Quantity.All.Select(quantity => (quantity, new Option<double?>("--" + quantity.Name)
        {
            Description = quantity.Axis, HelpName = quantity.Unit.Length > 0 ? quantity.Unit : "NUMBER",
        })),
    ];

    private EvaluateCommand(Func<string?, EvaluatedNetwork> readNetwork) => this.readNetwork = readNetwork;

    /// <summary>The command, for a root command.</summary>
    /// <param name="readNetwork">Reads a network file, null for the default network; throws <see cref="ScenarioException"/>.</param>
    public static Command Make(Func<string?, EvaluatedNetwork> readNetwork) => new EvaluateCommand(readNetwork).Build();

    private Command Build()
    {
        Command command = new("evaluate", "Key rate and loss tolerance: finite-size, optimised, swept, plotted, checked by simulation.")
        {
            scenario, network, sweeps, curves, times, validate, seed, method, chernoff, psiPlus, inTime,
        };
        foreach ((_, Option<double?> option) in numbers)
        {
            command.Options.Add(option);
        }

        outputs.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(
            result, () => new EvaluationRun(Requested(result)), outputs, cancellation));
        command.Subcommands.Add(Example());
        command.Subcommands.Add(Tolerance());
        command.Subcommands.Add(Literature());
        return command;
    }

    private static Command Literature()
    {
        ReportOutputs literatureOutputs = new();
        Command command = new("literature", "Published systems: their figures beside predictions.");
        literatureOutputs.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(
            result, () => new LiteratureRun(CommandLine(result)), literatureOutputs, cancellation));
        return command;
    }

    private static Command Example()
    {
        Command example = new("example", "Print the default scenario file, with comments.");
        example.SetAction(result =>
        {
            result.InvocationConfiguration.Output.Write(ScenarioReader.ExampleText);
            return ExitCode.Success;
        });
        return example;
    }

    private Command Tolerance()
    {
        Option<string?> file = new("--network") { Description = "Network file; without it the default network.", HelpName = "FILE" };
        Option<string?> blockTimes = new("--times") { Description = "Block times, such as 10min,1h,1d.", HelpName = "TIMES" };
        ReportOutputs toleranceOutputs = new();
        Command command = new("tolerance", "Largest loss with a positive key, for every pair of a network.") { file, blockTimes };
        toleranceOutputs.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(
            result,
            () =>
            {
                EvaluatedNetwork of = readNetwork(result.GetValue(file));
                return new EvaluationRun(new EvaluationRequest(
                    of.Scenario, of, [], [], BlockTimes.Parse(result.GetValue(blockTimes) ?? BlockTimes.Default), null, CommandLine(result)));
            },
            toleranceOutputs,
            cancellation));
        return command;
    }

    private EvaluationRequest Requested(ParseResult result)
    {
        EvaluatedNetwork? pairs = result.GetValue(network) is { } file ? readNetwork(file) : null;
        if (pairs is not null && result.GetValue(scenario) is not null)
        {
            throw new ScenarioException("--scenario and --network: one of them");
        }

        EvaluationScenario chosen = Changed(
            pairs?.Scenario ?? (result.GetValue(scenario) is { } given ? ScenarioReader.Read(given) : EvaluationScenario.Default), result);
        string[] wanted = result.GetValue(sweeps) is { Length: > 0 } named ? named : pairs is null ? SweepsDefault : [];
        return new EvaluationRequest(
            chosen,
            pairs is null ? null : pairs with { Scenario = chosen },
            [.. wanted.Where(sweep => sweep != NoSweep).Select(Sweep.Parse)],
            Curves(result.GetValue(curves)),
            BlockTimes.Parse(result.GetValue(times) ?? BlockTimes.Default),
            result.GetValue(validate) ? result.GetValue(seed) : null,
            CommandLine(result));
    }

    private EvaluationScenario Changed(EvaluationScenario start, ParseResult result)
    {
        EvaluationScenario changed = start;
        foreach ((Quantity quantity, Option<double?> option) in numbers)
        {
            changed = result.GetValue(option) is { } value ? quantity.With(changed, value) : changed;
        }

        BlockAssumptions block = changed.Block;
        return (changed with
        {
            Block = block with
            {
                Method = result.GetValue(method) ?? block.Method,
                Chernoff = result.GetValue(chernoff) ?? block.Chernoff,
                AcceptPsiPlus = result.GetValue(psiPlus) ?? block.AcceptPsiPlus,
            },
            Sharing = changed.Sharing with { KeyWithinBlockTime = result.GetValue(inTime) ?? changed.Sharing.KeyWithinBlockTime },
        }).Validated();
    }

    private static Curve[] Curves(string? names) =>
    [
        .. (names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? CurvesDefault).Distinct().Select(name =>
            Curve.All.FirstOrDefault(curve => curve.Name == name) ?? throw new ScenarioException(
                $"curve {name}: allowed is one of {string.Join(", ", Curve.All.Select(curve => curve.Name))}")),
    ];

    private static async Task<int> RunAsync(
        ParseResult result,
        Func<IReportRun> plan,
        ReportOutputs outputs,
        CancellationToken cancellation)
    {
        try
        {
            IReportRun run = plan();
            bool terminal = result.InvocationConfiguration.Error == Console.Error;
            Report report = await EvaluationProgress.RunAsync(run.Jobs, terminal, done => run.Execute(done, cancellation)).ConfigureAwait(false);
            outputs.Write(report, result);
            return ExitCode.Success;
        }
        catch (Exception e) when (e is ScenarioException or KeyRateInputException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync("error: interrupted").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    private static string CommandLine(ParseResult result) => "mdiqkd " + string.Join(
        ' ', result.Tokens.Select(token => token.Value.Any(c => char.IsWhiteSpace(c) || c == '"') ? $"'{token.Value}'" : token.Value));
}
