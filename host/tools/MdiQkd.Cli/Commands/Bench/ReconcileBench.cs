using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MdiQkd.Evaluation;
using MdiQkd.Evaluation.Plots;
using MdiQkd.Reconciliation;
using Spectre.Console;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>`mdiqkd bench reconcile`: efficiency, failures and speed of error correction.</summary>
internal static class ReconcileBench
{
    private const int FramesMax = 10_000_000;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly Option<double[]> Qber = new("--qber")
    {
        Description = "Error rates, 0.0001 to 0.11; one line of results each.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "E",
        DefaultValueFactory = _ => [0.005, 0.01, 0.02, 0.03, 0.05],
    };

    private static readonly Option<int> Length = new("--length")
    {
        Description = "Bits of a frame, 1 to 1048576: the next longer code is filled up with public zeros.",
        HelpName = "N",
        DefaultValueFactory = _ => CodeBook.Default.Lengths[^1],
    };

    private static readonly Option<int> Frames = new("--frames")
    {
        Description = "Frames per error rate.", HelpName = "N", DefaultValueFactory = _ => 20,
    };

    private static readonly Option<int[]> Code = new("--code")
    {
        Description = "Ids of codes (1000 (20 + log2 Z) + row blocks of the first round) instead of the one that fits the error rate.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "ID",
    };

    private static readonly Option<double[]> Inefficiency = new("--f")
    {
        Description = "First round: the code for each error rate that discloses at most F times the limit; more decodes faster. With --code, instead of --qber: error rates at which the code discloses F times the limit.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "F",
    };

    private static readonly Option<FileInfo?> PlotFile = new("--plot")
    {
        Description = "Draw a PNG: f against the error rate, or with --code the failures of each code.", HelpName = "FILE",
    };

    private static readonly Option<bool> FixedWeight = new("--fixed-weight")
    {
        Description = "The same number of errors in every frame instead of independent errors.",
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Of words and errors.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Frames decoded at once.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print a JSON array, one object per error rate." };

    internal static Command Make()
    {
        Command command = new("reconcile", "Efficiency, failures and speed of error correction with random frames.")
        {
            Qber, Length, Code, Inefficiency, Frames, FixedWeight, Seed, Threads, PlotFile, Json,
        };
        NumberRange.Limit(Qber, 1e-4, 0.11);
        NumberRange.Limit(Length, CodeBook.Default.Lengths[^1], "bits");
        NumberRange.Limit(Inefficiency, 1, 3);
        Code.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (int.TryParse(text, CultureInfo.InvariantCulture, out int id) && !CodeBook.Default.TryFind(id, out _))
                {
                    result.AddError($"--code {id}: no such code; the book has {CodeBook.Default.Codes[0].Id}..{CodeBook.Default.Codes[^1].Id}");
                }
            }
        });
        NumberRange.Limit(Frames, FramesMax, "frames");
        NumberRange.Limit(Threads, 1024, "threads");
        command.SetAction((result, cancellation) => Run(result, cancellation));
        return command;
    }

    private static Task<int> Run(ParseResult result, CancellationToken cancellation)
    {
        bool json = result.GetValue(Json);
        (ReconciliationCode Code, double Qber, int Length)[] points = [.. Points(result)];
        List<ReconcileReport> reports = [];
        IAnsiConsole progressConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        progressConsole.Progress().HideCompleted(true).Start(context =>
        {
            foreach ((ReconciliationCode code, double qber, int length) in points)
            {
                ProgressTask task = context.AddTask(Text($"{code.Id}, QBER {qber:P2}"), maxValue: result.GetValue(Frames));
                reports.Add(Measure(
                    code, qber, length, result.GetValue(Frames), result.GetValue(FixedWeight), result.GetValue(Seed),
                    result.GetValue(Threads), () => task.Increment(1), cancellation));
            }
        });
        if (result.GetValue(PlotFile) is { } plot)
        {
            try
            {
                File.WriteAllBytes(plot.ToString(), PlotDrawing.Png(Plot(reports, byCode: result.GetValue(Code) is { Length: > 0 })));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"error: --plot {plot}: {e.Message}");
                return Task.FromResult(ExitCode.Failure);
            }
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(reports, Indented));
        }
        else
        {
            AnsiConsole.Write(Table(reports));
        }

        return Task.FromResult(ExitCode.Success);
    }

    private static IEnumerable<(ReconciliationCode Code, double Qber, int Length)> Points(ParseResult result)
    {
        int length = result.GetValue(Length);
        double[] qbers = result.GetValue(Qber)!;
        double[] factors = result.GetValue(Inefficiency) ?? [];
        if (result.GetValue(Code) is not { Length: > 0 } ids)
        {
            return qbers.SelectMany(qber => factors.Length > 0
                ? factors.Select(f => (CodeBook.Default.SelectWithin(f, qber, length), qber, length))
                : [(CodeBook.Default.Select(qber, length, realBits: length), qber, length)]);
        }

        return ids.Select(CodeBook.Default.Find).SelectMany(code => (factors.Length > 0
            ? factors.Select(f => QberAt(code.SyndromeLength(1) / (double)code.Length / f))
            : qbers).Select(qber => (code, qber, Math.Min(length, code.Length))));
    }

    private static double QberAt(double entropy)
    {
        double low = 0;
        double high = 0.5;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = BinaryEntropy.Of(middle) < entropy ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>f by frame length against the error rate, or first-round failures by code against f.</summary>
    private static Plot Plot(IEnumerable<ReconcileReport> reports, bool byCode)
    {
        if (!byCode)
        {
            double[] qbers = [.. reports.Select(report => 100 * report.Qber)];
            return new Plot("Error correction: disclosed bits over the Shannon limit", "QBER (%)", "f",
            [
                new PlotSeries("all rounds, failed frames whole", qbers, [.. reports.Select(report => (double?)report.F)]),
                new PlotSeries("first round", qbers, [.. reports.Select(report => (double?)report.FFirstRound)], PlotStyle.Dashed),
            ]) { LogX = true };
        }

        return new Plot("Frames that the first round does not correct", "QBER (%)", "share of frames",
        [
            .. reports.GroupBy(report => report.Code).Select(code => new PlotSeries(
                $"code {code.Key}",
                [.. code.Select(report => 100 * report.Qber)],
                [.. code.Select(report => (double?)report.FerFirstRound)])),
        ]) { LogY = true };
    }

    /// <summary>Runs the frames of one error rate on several threads.</summary>
    internal static ReconcileReport Measure(
        ReconciliationCode code,
        double qber,
        int length,
        int frames,
        bool fixedWeight,
        int seed,
        int threads,
        Action done,
        CancellationToken cancellation)
    {
        byte[][] hashes = new byte[frames][];
        TrialResult all = new();
        ErrorPatternDecoder any = new();

        // The first frame builds tables and code; it is not counted.
        new FrameTrial(code, length, qber, fixedWeight, seed, any).Run(-1);
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(
            0,
            frames,
            options,
            () => new FrameTrial(code, length, qber, fixedWeight, seed, new ErrorPatternDecoder()),
            (frame, _, trial) =>
            {
                hashes[frame] = trial.Run(frame);
                done();
                return trial;
            },
            trial =>
            {
                lock (all)
                {
                    all.Add(trial.Result);
                }
            });
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Array.ForEach(hashes, hash.AppendData);
        return new ReconcileReport(
            qber,
            length,
            frames,
            code.Id,
            all.Efficiency(qber),
            code.SyndromeLength(1) / (length * BinaryEntropy.Of(qber)),
            all.FirstRoundFailures / (double)frames,
            all.Failures / (double)frames,
            Confidence.UpperBound(all.Failures, frames, 0.95),
            all.Wrong,
            all.MbitPerSecond,
            2 * all.Bits / 1e6 / all.SyndromeSeconds,
            all.Iterations / (double)frames,
            all.Rounds / (double)frames,
            any.Path,
            Convert.ToHexStringLower(hash.GetHashAndReset()[..16]));
    }

    private static Table Table(IEnumerable<ReconcileReport> reports)
    {
        Table table = new();
        table.AddColumns("QBER", "code", "f", "f 1st", "FER 1st", "FER", "95 % <", "Mbit/s", "iter.", "rounds");
        foreach (ReconcileReport report in reports)
        {
            table.AddRow(
                Text($"{report.Qber:P2}"), Text($"{report.Code}"), Text($"{report.F:F3}"), Text($"{report.FFirstRound:F3}"),
                Text($"{report.FerFirstRound:G3}"), Text($"{report.FerResidual:G3}"), Text($"{report.FerResidualUpper95:G2}"),
                Text($"{report.MbitPerSecondPerCore:F1}"), Text($"{report.IterationsMean:F1}"), Text($"{report.RoundsMean:F2}"));
        }

        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
