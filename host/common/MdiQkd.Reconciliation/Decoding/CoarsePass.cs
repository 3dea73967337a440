namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// Layered belief propagation with int8 messages: twice the lanes of <see cref="FinePass"/>, less work per edge
/// and nearly the same threshold. Its buffers grow to the largest code used and are then reused.
/// </summary>
internal sealed unsafe class CoarsePass(LaneWidth width)
{
    /// <summary>Share of contradicted checks, 1/32, above which the decisions cannot match the syndrome yet.</summary>
    private const int CandidateShare = 32;

    private sbyte[] posteriors = [];
    private sbyte[] messages = [];
    private sbyte[] signs = [];
    private int checkCount;
    private int level;

    /// <summary>Checks that contradicted the messages of the last iteration.</summary>
    public int Contradicted { get; private set; }

    /// <summary>Whether the decisions may match the syndrome.</summary>
    public bool IsCandidate => Contradicted <= checkCount / CandidateShare;

    /// <summary>Starts from the channel.</summary>
    /// <param name="code">The code.</param>
    /// <param name="layers">Its layers after the rounds given.</param>
    /// <param name="checks">Syndrome bits of the layers.</param>
    /// <param name="qber">Expected error rate.</param>
    public void Prepare(ReconciliationCode code, Layers layers, ReadOnlySpan<ulong> checks, double qber)
    {
        int posteriorCount = code.ColumnBlocks * (code.LiftingSize + ReconciliationCode.Pad);
        int messageCount = layers.Circulants.Length * code.LiftingSize;
        checkCount = checks.Length * 64;
        posteriors = PinnedBuffer.Grown(posteriors, posteriorCount);
        messages = PinnedBuffer.Grown(messages, messageCount);
        signs = PinnedBuffer.Grown(signs, checkCount);
        messages.AsSpan(0, messageCount).Clear();
        posteriors.AsSpan(0, posteriorCount).Fill((sbyte)Math.Clamp(
            ((LikelihoodScale.Channel(qber) * LossTables.StepsPerUnit) + (LikelihoodScale.StepsPerUnit / 2)) / LikelihoodScale.StepsPerUnit,
            1,
            LossTables.PosteriorMax));
        for (int bit = 0; bit < checkCount; bit++)
        {
            signs[bit] = (sbyte)-(int)((checks[bit >> 6] >> (bit & 63)) & 1);
        }

        level = 0;
    }

    /// <summary>One iteration over all layers.</summary>
    public void Iterate(ReconciliationCode code, Layers layers)
    {
        int[] start = layers.Start;
        int contradicted = 0;
        fixed (sbyte* posterior = posteriors, message = messages, sign = signs)
        fixed (byte* tables = LossTables.Bytes)
        fixed (Circulant* circulant = layers.Circulants)
        {
            for (int row = 0; row < start.Length - 1; row++)
            {
                contradicted += LaneWidths.Update(
                    width,
                    posterior,
                    message + ((long)start[row] * code.LiftingSize),
                    sign + (row * code.LiftingSize),
                    circulant + start[row],
                    start[row + 1] - start[row],
                    code.LiftingSize,
                    tables + (level * LossTables.LevelSize));
            }
        }

        Contradicted = contradicted;
        level = LossTables.Next(level, contradicted / (double)checkCount);
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
