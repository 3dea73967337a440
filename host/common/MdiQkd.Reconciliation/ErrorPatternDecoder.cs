using MdiQkd.Reconciliation.Decoding;

namespace MdiQkd.Reconciliation;

/// <summary>
/// Decodes the syndrome of an error pattern: layered belief propagation, lanes along Z. One per thread; its buffers grow to the
/// largest code used and are then reused.
/// </summary>
/// <remarks>
/// Whole frames are decoded with int8 messages. Where these come to a standstill, int16 messages start anew: at once when few checks
/// are left, else only in the last round, after which a frame is lost (before it, a few more syndrome bits cost less). Frames with
/// public zeros, which int8 cannot tell from likely ones, use int16 alone.
/// The results are bit-identical on every machine: all vector widths do the same operations per lane. Any syndrome is
/// admissible; one that belongs to no likely pattern comes to a standstill or runs into the iteration limit.
/// </remarks>
public sealed class ErrorPatternDecoder
{
    /// <summary>Iterations after which a decoding is given up, by default.</summary>
    public const int DefaultIterationLimit = 160;

    /// <summary>Coarse iterations without a fall of the contradicted checks by 1/256: near the threshold they fall by 1/50.</summary>
    private const int StallLimit = 6;

    private const int StallShare = 256;

    private readonly int iterationLimit;
    private readonly LaneWidth width;
    private readonly CoarsePass coarse;
    private readonly FinePass fine;
    private ulong[] checks = [];

    /// <summary>A decoder on the widest vectors that pay on this machine.</summary>
    /// <param name="iterationLimit">Iterations after which a decoding is given up, at least 1.</param>
    public ErrorPatternDecoder(int iterationLimit = DefaultIterationLimit)
        : this(iterationLimit, LaneWidths.Widest)
    {
    }

    internal ErrorPatternDecoder(int iterationLimit, LaneWidth width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterationLimit, 1);
        this.iterationLimit = iterationLimit;
        this.width = width;
        coarse = new CoarsePass(width);
        fine = new FinePass(width);
    }

    /// <summary>Code path in use: Bits512, Bits256, Bits128 or Portable; all give the same bits.</summary>
    public string Path => width.ToString();

    /// <summary>Finds the likely error pattern with the given syndrome.</summary>
    /// <param name="code">The code.</param>
    /// <param name="rounds">Rounds whose syndromes are given, 1 to <see cref="ReconciliationCode.Rounds"/>.</param>
    /// <param name="syndromeXor">Syndromes of A and B xored, rounds concatenated (each is a whole number of words).</param>
    /// <param name="knownZeroFrom">Positions from here on are public zeros; the code's length if none.</param>
    /// <param name="qber">Expected error rate, 0 to 0.5; the decoder takes it for 1e-5 to 0.49.</param>
    /// <param name="pattern">Receives n bits, LSB first: the pattern if converged, else the last guess.</param>
    /// <param name="cancellation">Checked once per iteration; a cancelled decoding has not converged.</param>
    /// <returns>Whether <paramref name="pattern"/> has the syndrome (it may still be the wrong pattern), and the iterations.</returns>
    /// <exception cref="ArgumentException">A length contradicts the code, or the QBER is not a rate.</exception>
    public DecodeResult Decode(
        ReconciliationCode code,
        int rounds,
        ReadOnlySpan<ulong> syndromeXor,
        int knownZeroFrom,
        double qber,
        Span<ulong> pattern,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        if (syndromeXor.Length != code.SyndromeLength(rounds) / 64 || pattern.Length != code.Length / 64)
        {
            throw new ArgumentException("the syndrome or the pattern does not have the length of the code");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(knownZeroFrom);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(knownZeroFrom, code.Length);
        CodeBook.RefuseNoRate(qber);
        Layers layers = code.LayersAfter(rounds);
        checks = checks.Length >= syndromeXor.Length ? checks : new ulong[syndromeXor.Length];
        syndromeXor.CopyTo(checks);
        Span<ulong> layerChecks = checks.AsSpan(0, syndromeXor.Length);
        layers.Split(layerChecks, code.LiftingSize / 64);
        int iterations = 0;
        if (knownZeroFrom == code.Length)
        {
            coarse.Prepare(code, layers, layerChecks, qber);
            if (DecodeCoarse(code, rounds, syndromeXor, layerChecks, pattern, ref iterations, cancellation))
            {
                return new DecodeResult(true, iterations);
            }

            if (rounds < code.Rounds && !coarse.IsNear)
            {
                return new DecodeResult(false, iterations);
            }
        }

        fine.Prepare(code, layers, layerChecks, knownZeroFrom, qber);
        while (iterations < iterationLimit && !cancellation.IsCancellationRequested)
        {
            fine.Iterate(code, layers);
            iterations++;
            fine.Decide(code, pattern);
            if (SyndromeFormer.Matches(code, rounds, pattern, syndromeXor))
            {
                return new DecodeResult(PublicZerosHold(pattern, knownZeroFrom), iterations);
            }
        }

        return new DecodeResult(false, iterations);
    }

    private bool DecodeCoarse(
        ReconciliationCode code,
        int rounds,
        ReadOnlySpan<ulong> syndrome,
        ReadOnlySpan<ulong> layerChecks,
        Span<ulong> pattern,
        ref int iterations,
        CancellationToken cancellation)
    {
        Layers layers = code.LayersAfter(rounds);
        int least = int.MaxValue;
        for (int stalled = 0;
            stalled < StallLimit && iterations < iterationLimit && !cancellation.IsCancellationRequested;
            stalled++)
        {
            coarse.Iterate(code, layers);
            iterations++;
            if (coarse.IsCandidate)
            {
                coarse.Decide(code, pattern);
                if (SyndromeFormer.Matches(code, rounds, pattern, syndrome))
                {
                    return true;
                }
            }

            if (coarse.Contradicted < least - (least / StallShare))
            {
                least = coarse.Contradicted;
                stalled = -1;
            }
            else if (stalled == StallLimit - 1 && coarse.IsCandidate && coarse.Thaw(code, layers, layerChecks))
            {
                // A frozen column may have been wrong.
                least = int.MaxValue;
                stalled = -1;
            }
        }

        coarse.Decide(code, pattern);
        return false;
    }

    private static bool PublicZerosHold(ReadOnlySpan<ulong> pattern, int knownZeroFrom)
    {
        int word = knownZeroFrom / 64;
        if (word == pattern.Length)
        {
            return true;
        }

        return pattern[word] >> (knownZeroFrom & 63) == 0 && !pattern[(word + 1)..].ContainsAnyExcept(0UL);
    }
}
