using MdiQkd.Reconciliation;

namespace MdiQkd.CodeDesign;

/// <summary>Decodes random frames with iid errors and counts what they cost.</summary>
public sealed class FrameTrial
{
    private readonly ErrorPatternDecoder decoder;
    private readonly Random random;

    /// <summary>A trial with that decoder and seed.</summary>
    public FrameTrial(ErrorPatternDecoder decoder, int seed)
    {
        this.decoder = decoder;
        random = new Random(seed);
    }

    /// <summary>Runs frames at a QBER; stops early once <paramref name="failures"/> first rounds failed.</summary>
    public TrialResult Run(ReconciliationCode code, double qber, int frames, int failures = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(code);
        ulong[] alice = new ulong[code.Length / 64];
        ulong[] bob = new ulong[code.Length / 64];
        ulong[] pattern = new ulong[code.Length / 64];
        ulong[][] syndromes = [.. Enumerable.Range(0, code.Rounds + 1).Select(rounds => new ulong[code.SyndromeLength(rounds) / 64])];
        long disclosed = 0;
        int done = 0, firstFailed = 0, failed = 0, wrong = 0;
        long iterations = 0, roundsSum = 0;
        TimeSpan busy = TimeSpan.Zero;
        for (; done < frames && firstFailed < failures; done++)
        {
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(alice.AsSpan()));
            alice.CopyTo(bob, 0);
            // Gaps between errors are geometric.
            for (double position = Gap(qber) - 1; position < code.Length; position += Gap(qber))
            {
                bob[(int)position >> 6] ^= 1UL << ((int)position & 63);
            }

            int rounds = 0;
            bool converged = false;
            while (!converged && rounds < code.Rounds)
            {
                rounds++;
                ulong[] syndrome = syndromes[rounds];
                int start = code.SyndromeLength(rounds - 1) / 64;
                syndromes[rounds - 1].CopyTo(syndrome, 0);
                ulong[] other = new ulong[syndrome.Length - start];
                SyndromeFormer.Form(code, rounds, alice, syndrome.AsSpan(start));
                SyndromeFormer.Form(code, rounds, bob, other);
                for (int word = 0; word < other.Length; word++)
                {
                    syndrome[start + word] ^= other[word];
                }

                TimeSpan before = Environment.CpuUsage.UserTime;
                DecodeResult result = decoder.Decode(
                    code, rounds, syndrome, code.Length, qber, pattern, CancellationToken.None);
                busy += Environment.CpuUsage.UserTime - before;
                converged = result.Converged;
                iterations += result.Iterations;
                firstFailed += rounds == 1 && !converged ? 1 : 0;
            }

            for (int word = 0; converged && word < pattern.Length; word++)
            {
                if (pattern[word] != (alice[word] ^ bob[word]))
                {
                    wrong++;
                    break;
                }
            }

            roundsSum += rounds;
            failed += converged ? 0 : 1;
            disclosed += converged ? code.SyndromeLength(rounds) : code.Length;
        }

        return new TrialResult(
            done,
            firstFailed,
            failed,
            wrong,
            disclosed / ((double)done * code.Length * BinaryEntropy.Of(qber)),
            (double)iterations / done,
            (double)roundsSum / done,
            done * (double)code.Length / 1e6 / busy.TotalSeconds);
    }

    private double Gap(double qber) => 1 + Math.Floor(Math.Log(1 - random.NextDouble()) / Math.Log(1 - qber));
}
