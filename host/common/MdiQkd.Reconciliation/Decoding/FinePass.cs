namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// Layered belief propagation with int16 messages in steps of 1/64. Its buffers grow to the largest code used and are then reused.
/// </summary>
internal sealed unsafe class FinePass(LaneWidth width)
{
    private short[] posteriors = [];
    private short[] messages = [];
    private short[] signs = [];

    /// <summary>Starts from the channel.</summary>
    /// <param name="code">The code.</param>
    /// <param name="layers">Its layers after the rounds given.</param>
    /// <param name="checks">Syndrome bits of the layers.</param>
    /// <param name="knownZeroFrom">Positions from here on are public zeros.</param>
    /// <param name="qber">Expected error rate.</param>
    public void Prepare(ReconciliationCode code, Layers layers, ReadOnlySpan<ulong> checks, int knownZeroFrom, double qber)
    {
        int stride = code.LiftingSize + ReconciliationCode.Pad;
        int messageCount = layers.Circulants.Length * code.LiftingSize;
        posteriors = PinnedBuffer.Grown(posteriors, code.ColumnBlocks * stride);
        messages = PinnedBuffer.Grown(messages, messageCount);
        signs = PinnedBuffer.Grown(signs, checks.Length * 64);
        messages.AsSpan(0, messageCount).Clear();
        posteriors.AsSpan(0, code.ColumnBlocks * stride).Fill(LikelihoodScale.Channel(qber));
        for (int column = knownZeroFrom / code.LiftingSize; column < code.ColumnBlocks; column++)
        {
            int skip = Math.Max(0, knownZeroFrom - (column * code.LiftingSize));
            Span<short> block = posteriors.AsSpan(column * stride, stride);
            block[skip..code.LiftingSize].Fill(LikelihoodScale.Certain);
            block[..ReconciliationCode.Pad].CopyTo(block[code.LiftingSize..]);
        }

        for (int bit = 0; bit < checks.Length * 64; bit++)
        {
            signs[bit] = (short)-(int)((checks[bit >> 6] >> (bit & 63)) & 1);
        }
    }

    /// <summary>One iteration over all layers.</summary>
    public void Iterate(ReconciliationCode code, Layers layers)
    {
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

    /// <summary>Hard decisions, n bits.</summary>
    public void Decide(ReconciliationCode code, Span<ulong> pattern)
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
