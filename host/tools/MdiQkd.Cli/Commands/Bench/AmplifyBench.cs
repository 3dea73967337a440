using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Distillation.Amplification;
using MdiQkd.Evaluation;
using MdiQkd.KeyMaterial;
using MdiQkd.Simulation;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>`mdiqkd bench amplify`: privacy amplification of n bits, with a fresh seed for each call.</summary>
internal static class AmplifyBench
{
    private static readonly ToeplitzPath[] Widest =
        [ToeplitzPath.Clmul512, ToeplitzPath.Clmul256, ToeplitzPath.Clmul128, ToeplitzPath.Portable];

    private const string PlainForm = "plain";
    private const string ModifiedForm = "modified";

    internal static Command Make()
    {
        Option<int> length = new("--length") { Description = "Bits of input, n.", HelpName = "N", Required = true };
        NumberRange.Limit(length, SecretBits.BitCountMax, "bits");
        Option<int> output = new("--output-length") { Description = "Bits of output, at most n; without it n / 2.", HelpName = "N" };
        NumberRange.Limit(output, SecretBits.BitCountMax, "bits");
        Option<string> form = new("--form")
        {
            Description = "Matrix: plain (seed of n + l - 1 bits) or modified (Toeplitz beside identity, n - 1 bits).",
            HelpName = "FORM",
            DefaultValueFactory = _ => PlainForm,
        };
        form.AcceptOnlyFromAmong(PlainForm, ModifiedForm);
        Option<int> threads = new("--threads") { Description = "Threads.", HelpName = "N", DefaultValueFactory = _ => 1 };
        NumberRange.Limit(threads, 1024, "threads");
        Option<string> path = BenchOptions.Path();
        Option<double> seconds = BenchOptions.Seconds();
        Option<bool> json = BenchOptions.Json();
        Command command = new(
            "amplify", "Privacy amplification (Toeplitz hash): throughput in input bits, a fresh seed for each call.")
        {
            length, output, form, path, threads, seconds, json,
        };
        command.SetAction(result =>
        {
            int n = result.GetValue(length);
            int l = result.GetResult(output) is null ? Math.Max(1, n / 2) : result.GetValue(output);
            InvocationConfiguration console = result.InvocationConfiguration;
            _ = BenchPaths.TryFind(
                result.GetValue(path)!, Widest, ToeplitzHash.FastestPath, ToeplitzHash.IsSupported,
                out ToeplitzPath lanes, out string? fault);
            fault ??= ToeplitzHash.Fault(n, ToeplitzHash.SeedBits(n, l), l);
            if (fault is not null)
            {
                console.Error.WriteLine($"error: {fault}");
                return ExitCode.Usage;
            }

            Measure(n, l, result.GetValue(form) == ModifiedForm, lanes, result.GetValue(threads), TimeSpan.FromSeconds(result.GetValue(seconds)))
                .Write(result.GetValue(json), console.Output);
            return ExitCode.Success;
        });
        return command;
    }

    private static long PeakBytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static BenchReport Measure(int n, int l, bool modified, ToeplitzPath path, int threads, TimeSpan time)
    {
        int seedBits = modified ? ModifiedToeplitzHash.SeedBits(n) : ToeplitzHash.SeedBits(n, l);
        ulong[] seed = new ulong[SecretBits.WordsFor(seedBits)];
        ulong[] output = new ulong[SecretBits.WordsFor(l)];
        using SeededKeyRandomness repeatable = new("bench amplify"u8, "", "input and first seed");
        using SecretBits input = SecretBits.Draw(n, repeatable);
        repeatable.Fill(MemoryMarshal.AsBytes(seed.AsSpan()));
        using ToeplitzWorkspace workspace = new();
        void Hash()
        {
            if (modified)
            {
                ModifiedToeplitzHash.Hash(path, input.Words, n, seed, seedBits, output, l, threads, workspace);
            }
            else
            {
                ToeplitzHash.Hash(path, input.Words, n, seed, seedBits, output, l, threads, workspace);
            }
        }

        // The first product has a seed of its own that repeats, so that its hash can be compared between paths and machines.
        Hash();
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(output.AsSpan())));
        OperatingSystemRandomness fresh = new();
        void DrawSeed() => fresh.Fill(MemoryMarshal.AsBytes(seed.AsSpan()));
        BenchTiming timing = BenchTiming.Of(Hash, DrawSeed, time);
        BenchTiming drawing = BenchTiming.Of(DrawSeed, null, time / 4);
        return new BenchReport()
            .With("bench", "Benchmark", "amplify")
            .With("n", "Input", n, "bits")
            .With("outputLength", "Output", l, "bits")
            .With("form", "Form", modified ? ModifiedForm : PlainForm)
            .With("path", "Path", BenchPaths.Name<ToeplitzPath>(Widest, path))
            .With("threads", "Threads", threads)
            .With("calls", "Calls", timing.Calls)
            .With("mbitPerSecondPerCore", "Input per core", 1000.0 * n / timing.ProcessorNanoseconds, "Mbit/s")
            .With("mbitPerSecondPerCoreWithSeedDrawing", "the same with drawing the seed",
                1000.0 * n / (timing.ProcessorNanoseconds + drawing.ProcessorNanoseconds), "Mbit/s")
            .With("mbitPerSecond", "Input in real time", 1000.0 * n / timing.WallNanoseconds, "Mbit/s")
            .With("nanosecondsPerMessage", "Processor time per call", timing.ProcessorNanoseconds, "ns")
            .With("peakMebibytes", "Most memory of the process", PeakBytes() >> 20, "MiB")
            .With("hash", "SHA-256 of the first output", hash);
    }
}
