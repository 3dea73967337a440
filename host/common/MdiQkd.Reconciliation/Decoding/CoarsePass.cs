using System.Runtime.Intrinsics;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// Layered belief propagation with int8 messages: twice the lanes of <see cref="FinePass"/>, less work per edge and nearly the same
/// threshold. Its buffers grow to the largest code used and are then reused.
/// </summary>
/// <remarks>
/// Column blocks of high degree are decided long before the others and have half of the edges: once all posteriors of such a block
/// have been large for some iterations, it is frozen: its decisions go into the syndrome, its circulants are skipped.
/// </remarks>
internal sealed unsafe class CoarsePass(LaneWidth width)
{
    /// <summary>Share of contradicted checks, 1/32, above which the decisions cannot match the syndrome yet.</summary>
    private const int CandidateShare = 32;

    /// <summary>Share of contradicted checks, 1/8, below which a standstill is one of int8 rather than of the code.</summary>
    private const int NearShare = 8;

    /// <summary>Smallest degree of column blocks that are frozen: those below keep moving to the end.</summary>
    private const int FrozenDegreeMin = 5;

    /// <summary>Smallest magnitude of a posterior, 6 units, that counts as decided.</summary>
    private const byte DecidedMin = 44;

    /// <summary>
    /// Iterations for which all of a block's must have been: with two, a few percent of the frames freeze an error.
    /// </summary>
    private const int DecidedIterations = 3;

    /// <summary>In place of the iterations: the block is frozen.</summary>
    private const int Frozen = DecidedIterations + 1;

    /// <summary>Blocks that are frozen together: every time, all rows are gone through.</summary>
    private const int FrozenTogether = 16;

    private sbyte[] posteriors = [];
    private sbyte[] messages = [];
    private sbyte[] signs = [];
    private ActiveCirculant[] circulants = [];
    private int[] active = [];
    private int[] decided = [];
    private int checkCount;
    private int lanes;
    private int level;
    private bool mayFreeze;

    /// <summary>Checks that contradicted the messages of the last iteration.</summary>
    public int Contradicted { get; private set; }

    /// <summary>Whether the decisions may match the syndrome.</summary>
    public bool IsCandidate => Contradicted <= checkCount / CandidateShare;

    /// <summary>Whether so few checks are contradicted that <see cref="FinePass"/> may get over a standstill.</summary>
    public bool IsNear => Contradicted <= checkCount / NearShare;

    /// <summary>Starts from the channel.</summary>
    /// <param name="code">The code.</param>
    /// <param name="layers">Its layers after the rounds given.</param>
    /// <param name="checks">Syndrome bits of the layers.</param>
    /// <param name="qber">Expected error rate.</param>
    public void Prepare(ReconciliationCode code, Layers layers, ReadOnlySpan<ulong> checks, double qber)
    {
        int posteriorCount = code.ColumnBlocks * (code.LiftingSize + ReconciliationCode.Pad);
        int messageCount = layers.Circulants.Length * code.LiftingSize;
        lanes = LaneWidths.ByteLanes(width, code.LiftingSize);
        checkCount = checks.Length * 64;
        posteriors = PinnedBuffer.Grown(posteriors, posteriorCount);
        messages = PinnedBuffer.Grown(messages, messageCount);
        signs = PinnedBuffer.Grown(signs, checkCount);
        circulants = PinnedBuffer.Grown(circulants, layers.Circulants.Length);
        active = PinnedBuffer.Grown(active, layers.Start.Length);
        decided = PinnedBuffer.Grown(decided, code.ColumnBlocks);
        messages.AsSpan(0, messageCount).Clear();
        posteriors.AsSpan(0, posteriorCount).Fill((sbyte)Math.Clamp(
            ((LikelihoodScale.Channel(qber) * LossTables.StepsPerUnit) + (LikelihoodScale.StepsPerUnit / 2)) / LikelihoodScale.StepsPerUnit,
            1,
            LossTables.PosteriorMax));
        Activate(code, layers, checks);
        mayFreeze = true;
        level = 0;
    }

    /// <summary>One iteration over all layers.</summary>
    public void Iterate(ReconciliationCode code, Layers layers)
    {
        int[] start = layers.Start;
        int contradicted = 0;
        fixed (sbyte* posterior = posteriors, message = messages, sign = signs)
        fixed (byte* tables = LossTables.Bytes)
        fixed (ActiveCirculant* circulant = circulants)
        {
            for (int row = 0; row < start.Length - 1; row++)
            {
                contradicted += LaneWidths.Update(
                    lanes,
                    posterior,
                    message + ((long)start[row] * code.LiftingSize),
                    sign + (row * code.LiftingSize),
                    circulant + start[row],
                    active[row],
                    start[row + 1] - start[row],
                    code.LiftingSize,
                    tables + (level * LossTables.LevelSize));
            }
        }

        Contradicted = contradicted;
        level = LossTables.Next(level, contradicted / (double)checkCount);
        if (mayFreeze && CountDecided(code) >= FrozenTogether)
        {
            Freeze(code, layers);
        }
    }

    /// <summary>Takes frozen column blocks up again, and freezes none any more.</summary>
    /// <returns>False if none was frozen.</returns>
    public bool Thaw(ReconciliationCode code, Layers layers, ReadOnlySpan<ulong> checks)
    {
        bool any = mayFreeze && decided.AsSpan(0, code.ColumnBlocks).Contains(Frozen);
        if (any)
        {
            Activate(code, layers, checks);
            mayFreeze = false;
        }

        return any;
    }

    /// <summary>Hard decisions, n bits.</summary>
    public void Decide(ReconciliationCode code, Span<ulong> pattern)
    {
        int words = code.LiftingSize / 64;
        for (int column = 0; column < code.ColumnBlocks; column++)
        {
            HardDecision.Pack(Block(code, column), pattern.Slice(column * words, words));
        }
    }

    /// <summary>All circulants take part; signs are those of the syndrome.</summary>
    private void Activate(ReconciliationCode code, Layers layers, ReadOnlySpan<ulong> checks)
    {
        int stride = code.LiftingSize + ReconciliationCode.Pad;
        Span<int> degrees = decided.AsSpan(0, code.ColumnBlocks);
        degrees.Clear();
        for (int row = 0; row < layers.Start.Length - 1; row++)
        {
            int start = layers.Start[row];
            active[row] = layers.Start[row + 1] - start;
            for (int entry = 0; entry < active[row]; entry++)
            {
                Circulant circulant = layers.Circulants[start + entry];
                int column = circulant.Start / stride;
                circulants[start + entry] = new(circulant.Start, circulant.Shift, entry * 2 * lanes, column);
                degrees[column]++;
            }
        }

        foreach (ref int degree in degrees)
        {
            degree = degree < FrozenDegreeMin ? int.MinValue : 0;
        }

        for (int word = 0; word < checks.Length; word++)
        {
            ulong bits = checks[word];
            for (int bit = 0; bit < 64; bit++)
            {
                signs[(word * 64) + bit] = (sbyte)-(int)((bits >> bit) & 1);
            }
        }
    }

    /// <summary>Counts for how many iterations each block of high degree has been decided.</summary>
    /// <returns>Blocks that have been for <see cref="DecidedIterations"/>, and are not frozen yet.</returns>
    private int CountDecided(ReconciliationCode code)
    {
        int count = 0;
        for (int column = 0; column < code.ColumnBlocks; column++)
        {
            if ((uint)decided[column] < DecidedIterations)
            {
                decided[column] = IsDecided(Block(code, column)) ? decided[column] + 1 : 0;
            }

            count += decided[column] == DecidedIterations ? 1 : 0;
        }

        return count;
    }

    private static bool IsDecided(ReadOnlySpan<sbyte> block)
    {
        for (int lane = 0; lane < block.Length; lane += Vector256<sbyte>.Count)
        {
            // Posteriors never get to -128, which has no absolute value.
            if (Vector256.LessThanAny(Vector256.Abs(Vector256.Create(block[lane..])), Vector256.Create((sbyte)DecidedMin)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the circulants of decided blocks out of all rows, and their decisions into the signs.</summary>
    private void Freeze(ReconciliationCode code, Layers layers)
    {
        for (int row = 0; row < layers.Start.Length - 1; row++)
        {
            Span<ActiveCirculant> entries = circulants.AsSpan(layers.Start[row], active[row]);
            int kept = 0;
            foreach (ActiveCirculant entry in entries)
            {
                if (decided[entry.Column] == DecidedIterations)
                {
                    XorSigns(
                        Block(code, entry.Column), (int)entry.Shift, signs.AsSpan(row * code.LiftingSize, code.LiftingSize));
                }
                else
                {
                    entries[kept++] = entry;
                }
            }

            active[row] = kept;
        }

        decided.AsSpan(0, code.ColumnBlocks).Replace(DecidedIterations, Frozen);
    }

    private static void XorSigns(ReadOnlySpan<sbyte> block, int shift, Span<sbyte> into)
    {
        for (int lane = 0; lane < into.Length; lane += Vector256<sbyte>.Count)
        {
            int rotated = (lane + shift) & (block.Length - 1);
            int behind = rotated + Vector256<sbyte>.Count - block.Length;
            Vector256<sbyte> decisions = behind <= 0
                ? Vector256.Create(block[rotated..])
                : Turned(block, rotated);
            (decisions ^ Vector256.Create<sbyte>(into[lane..])).CopyTo(into[lane..]);
        }
    }

    /// <summary>The vector from the end of the block that goes on at its start; the pad may be narrower than this vector.</summary>
    private static Vector256<sbyte> Turned(ReadOnlySpan<sbyte> block, int rotated)
    {
        Span<sbyte> turned = stackalloc sbyte[Vector256<sbyte>.Count];
        ReadOnlySpan<sbyte> last = block[rotated..];
        last.CopyTo(turned);
        block[..(turned.Length - last.Length)].CopyTo(turned[last.Length..]);
        return Vector256.Create<sbyte>(turned);
    }

    private Span<sbyte> Block(ReconciliationCode code, int column) =>
        posteriors.AsSpan(column * (code.LiftingSize + ReconciliationCode.Pad), code.LiftingSize);
}
