using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Reconciliation;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>
/// Reconciles random frames as users and hub do, round after round: random words, true syndromes of both, decoding of their sum.
/// Frame number i depends on the seed and i only, whatever thread runs it.
/// </summary>
/// <param name="code">The code.</param>
/// <param name="realBits">Bits of a frame; the rest of the code is public zeros.</param>
/// <param name="qber">Error rate, which the decoder is told.</param>
/// <param name="fixedWeight">Exactly round(qber · realBits) errors at random places instead of independent ones.</param>
/// <param name="seed">Of words and errors.</param>
/// <param name="decoder">The decoder.</param>
internal sealed class FrameTrial(
    ReconciliationCode code, int realBits, double qber, bool fixedWeight, int seed, ErrorPatternDecoder decoder)
{
    private readonly ulong[] alice = new ulong[code.Length / 64];
    private readonly ulong[] errors = new ulong[code.Length / 64];
    private readonly ulong[] pattern = new ulong[code.Length / 64];
    private readonly ulong[] bob = new ulong[code.Length / 64];
    private readonly ulong[] syndrome = new ulong[code.SyndromeLength(code.Rounds) / 64];
    private readonly ulong[] other = new ulong[code.SyndromeLength(code.Rounds) / 64];

    /// <summary>What the frames cost.</summary>
    internal TrialResult Result { get; } = new();

    /// <summary>Runs one frame.</summary>
    /// <returns>SHA-256 of its error pattern as decoded, for comparing runs and machines.</returns>
    internal byte[] Run(int frame)
    {
        Random random = new(SeedOf(frame));
        Draw(random);
        int rounds = 0;
        long iterations = 0;
        bool converged = false;
        double before = ThreadClock.Seconds;
        double decoding = 0;
        while (!converged && rounds < code.Rounds)
        {
            rounds++;
            int start = code.SyndromeLength(rounds - 1) / 64;
            int end = code.SyndromeLength(rounds) / 64;
            SyndromeFormer.Form(code, rounds, alice, syndrome.AsSpan(start..end));
            SyndromeFormer.Form(code, rounds, bob, other.AsSpan(start..end));
            for (int word = start; word < end; word++)
            {
                syndrome[word] ^= other[word];
            }

            double formed = ThreadClock.Seconds;
            DecodeResult result = decoder.Decode(
                code, rounds, syndrome.AsSpan(0, end), realBits, qber, pattern, CancellationToken.None);
            decoding += ThreadClock.Seconds - formed;
            converged = result.Converged;
            iterations += result.Iterations;
        }

        Result.AddTime(decoding, ThreadClock.Seconds - before - decoding);
        Result.Add(
            realBits,
            rounds,
            iterations,
            converged ? Math.Min(realBits, code.SyndromeLength(rounds)) : realBits,
            converged,
            converged && !pattern.AsSpan().SequenceEqual(errors),
            converged && rounds == 1);
        return SHA256.HashData(MemoryMarshal.AsBytes(pattern.AsSpan()));
    }

    private void Draw(Random random)
    {
        random.NextBytes(MemoryMarshal.AsBytes(alice.AsSpan()));
        alice.AsSpan((realBits + 63) / 64).Clear();
        alice[(realBits - 1) / 64] &= ulong.MaxValue >> (63 - ((realBits - 1) & 63));
        Array.Clear(errors);
        if (fixedWeight)
        {
            for (int left = (int)Math.Round(qber * realBits); left > 0;)
            {
                int position = random.Next(realBits);
                ulong bit = 1UL << (position & 63);
                left -= (errors[position >> 6] & bit) == 0 ? 1 : 0;
                errors[position >> 6] |= bit;
            }
        }
        else
        {
            // Gaps between independent errors are geometric.
            for (double position = Gap(random) - 1; position < realBits; position += Gap(random))
            {
                errors[(int)position >> 6] |= 1UL << ((int)position & 63);
            }
        }

        for (int word = 0; word < bob.Length; word++)
        {
            bob[word] = alice[word] ^ errors[word];
        }
    }

    private double Gap(Random random) => 1 + Math.Floor(Math.Log(1 - random.NextDouble()) / Math.Log(1 - qber));

    private int SeedOf(int frame) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes<int>([seed, frame])));
}
