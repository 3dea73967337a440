using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Authentication.Hashing;
using MdiQkd.Evaluation;
using MdiQkd.Simulation;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>
/// `mdiqkd bench authenticate`: tags of messages of N bytes under one hash key, with a fresh pad for each message, as within a segment of
/// the key pool; without the pool's file.
/// </summary>
internal static class AuthenticateBench
{
    /// <summary>Longest message: as many bytes as an array of the longest block, several times over.</summary>
    private const int MessageBytesMax = 1 << 30;

    /// <summary>Pads taken in turn: a table that stays in the first-level cache.</summary>
    private const int Pads = 256;

    private static readonly HashPath[] Widest = [HashPath.Vpclmul512, HashPath.Vpclmul256, HashPath.Pclmul128, HashPath.Portable];

    internal static Command Make()
    {
        Option<int> length = new("--length") { Description = "Bytes of a message.", HelpName = "N", Required = true };
        NumberRange.Limit(length, MessageBytesMax, "bytes");
        Option<string> path = BenchOptions.Path();
        Option<double> seconds = BenchOptions.Seconds();
        Option<bool> json = BenchOptions.Json();
        Command command = new("authenticate", "Authentication tags (polynomial hash and one-time pad) of messages of N bytes.")
        {
            length, path, seconds, json,
        };
        command.SetAction(result =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            if (!BenchPaths.TryFind(
                result.GetValue(path)!, Widest, PolynomialHash.FastestPath, PolynomialHash.IsSupported,
                out HashPath lanes, out string? fault))
            {
                console.Error.WriteLine($"error: {fault}");
                return ExitCode.Usage;
            }

            Measure(result.GetValue(length), lanes, TimeSpan.FromSeconds(result.GetValue(seconds)))
                .Write(result.GetValue(json), console.Output);
            return ExitCode.Success;
        });
        return command;
    }

    private static BenchReport Measure(int bytes, HashPath path, TimeSpan time)
    {
        using SeededKeyRandomness repeatable = new("bench authenticate"u8, "", "key, pads and message");
        byte[] key = new byte[PolynomialHash.Size];
        byte[] message = new byte[bytes];
        UInt128[] pads = new UInt128[Pads];
        repeatable.Fill(key);
        repeatable.Fill(MemoryMarshal.AsBytes(pads.AsSpan()));
        repeatable.Fill(message);
        using PolynomialHash hash = new(key, path);
        Tag tag = default;
        int pad = 0;
        void Authenticate()
        {
            hash.Append(message);
            Span<byte> bytes = tag;
            hash.Finish(bytes);
            MemoryMarshal.AsRef<UInt128>(bytes) ^= pads[pad++ & (Pads - 1)];
        }

        Authenticate();
        string first = Convert.ToHexStringLower(SHA256.HashData(tag));
        BenchTiming timing = BenchTiming.Of(Authenticate, null, time);
        BenchTiming keying = BenchTiming.Of(() => hash.SetKey(key), null, time / 4);
        return new BenchReport()
            .With("bench", "Benchmark", "authenticate")
            .With("n", "Message", bytes, "bytes")
            .With("outputLength", "Tag", 8 * PolynomialHash.Size, "bits")
            .With("path", "Path", BenchPaths.Name<HashPath>(Widest, path))
            .With("threads", "Threads", 1)
            .With("calls", "Messages", timing.Calls)
            .With("mbitPerSecondPerCore", "Input per core", 8000.0 * bytes / timing.ProcessorNanoseconds, "Mbit/s")
            .With("nanosecondsPerMessage", "Processor time per message", timing.ProcessorNanoseconds, "ns")
            .With("nanosecondsPerKey", "Processor time to set a key up", keying.ProcessorNanoseconds, "ns")
            .With("epsilon", "Forgery bound per try", PolynomialHash.Epsilon(bytes))
            .With("hash", "SHA-256 of the first tag", first);
    }

    [InlineArray(PolynomialHash.Size)]
    private struct Tag
    {
        private byte first;
    }
}
