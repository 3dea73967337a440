using System.CommandLine;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Processes;
using MdiQkd.Cli.Tables;
using MdiQkd.Evaluation;
using MdiQkd.Evaluation.Commands;
using MdiQkd.Evaluation.Networks;
using Spectre.Console;

namespace MdiQkd.Cli.Commands;

/// <summary>`mdiqkd demo`: from nothing to equal secret keys at the applications of every pair.</summary>
internal static class DemoCommand
{
    /// <summary>Default time limit: the default network takes under 3 minutes on two cores.</summary>
    internal const int TimeoutSecondsDefault = 900;

    private static readonly Option<FileInfo?> Network = new("--network")
    {
        Description = "Network file; without it the default one (see: mdiqkd network example).", HelpName = "FILE",
    };

    private static readonly Option<ulong?> Seed = new("--seed")
    {
        Description = "Repeat a simulation: physics and nodes draw from this number. No real keys.", HelpName = "N",
    };

    private static readonly Option<DirectoryInfo?> Keep = new("--keep")
    {
        Description = "Keep certificates, configuration, logs and stores in this new or empty folder.", HelpName = "DIR",
    };

    private static readonly Option<int> Blocks = new("--blocks")
    {
        Description = "Go on until every pair has this many blocks with a key.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON summary at the end and nothing else on standard output.",
    };

    private static readonly Option<bool> Drift = new("--drift")
    {
        Description = "Let fibres, lasers and polarisation drift, with the hub's feedback against it. Takes longer.",
    };

    private static readonly Option<bool> NoFeedback = new("--no-feedback")
    {
        Description = "With --drift: no feedback, to see what drift does. No pair gets a key then.",
    };

    private static readonly Option<int> Timeout = new("--timeout")
    {
        Description = "Give up after this many seconds of real time.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => TimeoutSecondsDefault,
    };

    private static readonly Option<TagPath> Tags = new("--tags")
    {
        Description = "Way of the time tags to the hub: array (fast), or board (through the virtual board's tagger and link).",
        HelpName = "array|board",
        DefaultValueFactory = _ => TagPath.Array,
    };

    internal static Command Make()
    {
        Command command = new("demo", "Start hub, nodes and a simulated world; make keys for every pair and compare them.")
        {
            Network, Seed, Keep, Blocks, Drift, NoFeedback, Tags, Json, Timeout,
        };
        NumberRange.Limit(Timeout, 86_400, "seconds");
        NumberRange.Limit(Blocks, 1000, "blocks");
        command.SetAction((result, _) => RunAsync(result));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result)
    {
        bool json = result.GetValue(Json);
        ulong? seed = result.GetValue(Seed);
        if (!TryNetwork(result.GetValue(Network), out NetworkFile? network, out string? error))
        {
            Report(DemoSummary.Failed(error, seed), json);
            return ExitCode.Usage;
        }

        bool feedback = !result.GetValue(NoFeedback);
        if (!feedback && !result.GetValue(Drift))
        {
            Report(DemoSummary.Failed("--no-feedback is of use with --drift only; a network file has its own 'feedback'", seed), json);
            return ExitCode.Usage;
        }

        WarnOfShortBlocks(network);
        DemoOptions options = new(
            result.GetValue(Drift) ? network.Drifting(feedback) : network,
            seed,
            result.GetValue(Keep)?.FullName,
            result.GetValue(Blocks),
            TimeSpan.FromSeconds(result.GetValue(Timeout)),
            DaemonPrograms.Installed,
            result.GetValue(Tags));
        using Interruption interruption = new();
        DemoSummary summary = await RunAsync(options, json, interruption.Token).ConfigureAwait(false);
        Report(summary, json);
        return summary.Error is null ? ExitCode.Success
            : interruption.Signal > 0 ? ExitCode.SignalBase + interruption.Signal
            : ExitCode.Failure;
    }

    private static async Task<DemoSummary> RunAsync(DemoOptions options, bool json, CancellationToken interrupted)
    {
        // `dotnet run` cannot pass on a kill -9; its end is noticed instead.
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        LauncherWatch launcher = new();
        void Watched(Action<DemoView> show, DemoView view)
        {
            show(view);
            if (launcher.Gone)
            {
                source.Cancel();
            }
        }

        IAnsiConsole console = AnsiConsole.Console;
        if (json || !console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Interactive)
        {
            LineReport lines = new(json ? Console.Error : Console.Out);
            DemoRun plain = new(options, TimeProvider.System, view => Watched(lines.Show, view));
            return await plain.ExecuteAsync(source.Token).ConfigureAwait(false);
        }

        return await console.Live(new Text("starting")).StartAsync(context =>
        {
            DemoRun live = new(
                options, TimeProvider.System, view => Watched(v => context.UpdateTarget(DemoTable.Render(v)), view));
            return live.ExecuteAsync(source.Token);
        }).ConfigureAwait(false);
    }

    // Where the nodes plan, they refuse such blocks themselves; given settings are run as they are.
    private static void WarnOfShortBlocks(NetworkFile network)
    {
        EvaluatedNetwork evaluated = EvaluatedNetworks.Of(network, "network");
        foreach (NetworkPair pair in evaluated.Pairs.Where(pair => pair.SourceA is not null))
        {
            PlannedPair planned = PlannedPair.Of(evaluated, pair);
            if (!planned.IsEnough)
            {
                Console.Error.WriteLine($"warning: {NetworkCheckCommand.Warning(planned)}");
            }
        }
    }

    private static bool TryNetwork(
        FileInfo? file,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NetworkFile? network,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        if (file is not null)
        {
            return NetworkReader.TryRead(file.ToString(), out network, out error);
        }

        network = NetworkReader.Example;
        error = null;
        return true;
    }

    private static void Report(DemoSummary summary, bool json)
    {
        if (summary.Error is { } error)
        {
            Console.Error.WriteLine($"error: {error}");
        }

        if (json)
        {
            Console.Out.WriteLine(summary.ToJson());
        }
        else if (summary.Error is null)
        {
            Console.Out.WriteLine(
                $"all {summary.Pairs.Count} pairs have equal keys; simulated {Figures.Duration(summary.SimulatedSeconds)}, "
                + $"real {Figures.Duration(summary.ElapsedSeconds)}" + (summary.RealKeys ? "" : "; seeded: no real keys"));
        }
    }
}
