using System.Runtime.CompilerServices;
using MdiQkd.Reconciliation.Decoding;

namespace MdiQkd.Reconciliation;

/// <summary>
/// Decodes the syndrome of an error pattern: layered belief propagation with int16 messages, lanes along Z. One per
/// thread; its buffers grow to the largest code used and are then reused.
/// </summary>
/// <remarks>
/// The results are bit-identical on every machine: all vector widths do the same operations per lane. Any syndrome is
/// admissible; one that belongs to no likely pattern runs into the iteration limit.
/// </remarks>
public sealed unsafe class ErrorPatternDecoder
{
    /// <summary>Iterations after which a decoding is given up, by default.</summary>
    public const int DefaultIterationLimit = 100;

    private readonly int iterationLimit;
    private readonly LaneWidth width;
    private short[] posteriors = [];
    private short[] messages = [];
    private short[] signs = [];
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
    }

    /// <summary>Code path in use: Bits512, Bits256, Bits128 or Portable; all give the same bits.</summary>
    public string Path => width.ToString();

    /// <summary>Finds the likely error pattern with the given syndrome.</summary>
    /// <param name="code">The code.</param>
    /// <param name="rounds">Rounds whose syndromes are given, 1 to <see cref="ReconciliationCode.Rounds"/>.</param>
    /// <param name="syndromeXor">Syndromes of A and B xored, rounds concatenated (each is a whole number of words).</param>
    /// <param name="knownZeroFrom">Positions from here on are public zeros; the code's length if none.</param>
    /// <param name="qber">Expected error rate; clamped to 1e-5..0.49.</param>
    /// <param name="pattern">Receives n bits, LSB first: the pattern if converged, else the last guess.</param>
    /// <param name="cancellation">Checked once per iteration; a cancelled decoding has not converged.</param>
    /// <returns>Whether <paramref name="pattern"/> has the syndrome (it may still be the wrong pattern), and the iterations.</returns>
    /// <exception cref="ArgumentException">A length contradicts the code.</exception>
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
        Prepare(code, rounds, syndromeXor, knownZeroFrom, double.IsNaN(qber) ? 0.49 : qber);
        for (int iteration = 1; iteration <= iterationLimit; iteration++)
        {
            if (cancellation.IsCancellationRequested)
            {
                Decide(code, pattern);
                return new DecodeResult(false, iteration - 1);
            }

            Iterate(code, rounds);
            Decide(code, pattern);
            if (SyndromeFormer.Matches(code, rounds, pattern, syndromeXor))
            {
                return new DecodeResult(PublicZerosHold(pattern, knownZeroFrom), iteration);
            }
        }

        return new DecodeResult(false, iterationLimit);
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

    private static short[] Grown(short[] buffer, int length) =>
        buffer.Length >= length ? buffer : GC.AllocateUninitializedArray<short>(length, pinned: true);

    private void Prepare(
        ReconciliationCode code, int rounds, ReadOnlySpan<ulong> syndrome, int knownZeroFrom, double qber)
    {
        int stride = code.LiftingSize + ReconciliationCode.Pad;
        Layers layers = code.LayersAfter(rounds);
        int messageCount = layers.Circulants.Length * code.LiftingSize;
        checks = checks.Length >= syndrome.Length ? checks : new ulong[syndrome.Length];
        syndrome.CopyTo(checks);
        layers.Split(checks.AsSpan(0, syndrome.Length), code.LiftingSize / 64);
        posteriors = Grown(posteriors, code.ColumnBlocks * stride);
        messages = Grown(messages, messageCount);
        signs = Grown(signs, syndrome.Length * 64);
        messages.AsSpan(0, messageCount).Clear();
        posteriors.AsSpan(0, code.ColumnBlocks * stride).Fill(LikelihoodScale.Channel(qber));
        for (int column = knownZeroFrom / code.LiftingSize; column < code.ColumnBlocks; column++)
        {
            int skip = Math.Max(0, knownZeroFrom - (column * code.LiftingSize));
            Span<short> block = posteriors.AsSpan(column * stride, stride);
            block[skip..code.LiftingSize].Fill(LikelihoodScale.Certain);
            block[..ReconciliationCode.Pad].CopyTo(block[code.LiftingSize..]);
        }

        for (int bit = 0; bit < syndrome.Length * 64; bit++)
        {
            signs[bit] = (short)-(int)((checks[bit >> 6] >> (bit & 63)) & 1);
        }
    }

    private void Iterate(ReconciliationCode code, int rounds)
    {
        Layers layers = code.LayersAfter(rounds);
        int[] start = layers.Start;
        fixed (short* posterior = posteriors, message = messages, sign = signs, table = LikelihoodScale.FromProduct)
        fixed (Circulant* circulant = layers.Circulants)
        {
            for (int row = 0; row < start.Length - 1; row++)
            {
                LaneWidths.Update(
                    width,
                    posterior,
                    message + ((long)start[row] * code.LiftingSize),
                    sign + (row * code.LiftingSize),
                    circulant + start[row],
                    start[row + 1] - start[row],
                    code.LiftingSize,
                    table);
            }
        }
    }

    private void Decide(ReconciliationCode code, Span<ulong> pattern)
    {
        int stride = code.LiftingSize + ReconciliationCode.Pad;
        int words = code.LiftingSize / 64;
        for (int column = 0; column < code.ColumnBlocks; column++)
        {
            HardDecision.Pack(
                posteriors.AsSpan(column * stride, code.LiftingSize), pattern.Slice(column * words, words));
        }
    }
}
