using System.Runtime.InteropServices;
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
    /// <summary>
    /// Lanes around a column block's Z: behind it, its first ones again, so that two vectors can be loaded from any lane; before it, room for
    /// what rotated stores put there. A block is a whole number of them.
    /// </summary>
    private const int Pad = 32;

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

    /// <summary>Eight bits as eight signs.</summary>
    private static readonly ulong[] SignsOfBits = [.. Enumerable.Range(0, 256).Select(bits =>
        Enumerable.Range(0, 8).Aggregate(0UL, (signs, bit) => signs | (((ulong)(bits >> bit) & 1) * 0xFF << (8 * bit))))];

    private sbyte[] posteriors = [];
    private sbyte[] messages = [];
    private sbyte[] signs = [];
    private ActiveCirculant[] circulants = [];
    private int[] active = [];
    private int[] decided = [];
    private bool[] freezing = [];
    private Layers? laidOut;
    private ActiveCirculant[] layout = [];
    private int[] undecided = [];
    private int checkCount;
    private int lanes;
    private int stride;
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
        lanes = LaneWidths.ByteLanes(width, code.LiftingSize);
        stride = Pad + code.LiftingSize + Math.Max(2 * Pad, 2 * lanes);
        int posteriorCount = code.ColumnBlocks * stride;
        int messageCount = layers.Circulants.Length * code.LiftingSize;
        checkCount = checks.Length * 64;
        posteriors = PinnedBuffer.Grown(posteriors, posteriorCount);
        messages = PinnedBuffer.Grown(messages, messageCount);
        signs = PinnedBuffer.Grown(signs, checkCount);
        circulants = PinnedBuffer.Grown(circulants, layers.Circulants.Length);
        active = PinnedBuffer.Grown(active, layers.Start.Length);
        decided = PinnedBuffer.Grown(decided, code.ColumnBlocks);
        freezing = PinnedBuffer.Grown(freezing, posteriorCount / Pad);
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
        if (laidOut != layers)
        {
            LayOut(code, layers);
            laidOut = layers;
        }

        layout.AsSpan(0, layers.Circulants.Length).CopyTo(circulants);
        undecided.AsSpan(0, code.ColumnBlocks).CopyTo(decided);
        for (int row = 0; row < layers.Start.Length - 1; row++)
        {
            active[row] = layers.Start[row + 1] - layers.Start[row];
        }

        Span<ulong> octets = MemoryMarshal.Cast<sbyte, ulong>(signs.AsSpan(0, checkCount));
        ReadOnlySpan<byte> bits = MemoryMarshal.AsBytes(checks);
        for (int octet = 0; octet < octets.Length; octet++)
        {
            octets[octet] = SignsOfBits[bits[octet]];
        }
    }

    /// <summary>Addresses of all circulants, and which columns may be frozen: the same for all frames of a code.</summary>
    private void LayOut(ReconciliationCode code, Layers layers)
    {
        layout = PinnedBuffer.Grown(layout, layers.Circulants.Length);
        undecided = PinnedBuffer.Grown(undecided, code.ColumnBlocks);
        Span<int> degrees = undecided.AsSpan(0, code.ColumnBlocks);
        degrees.Clear();
        bool two = LaneWidths.IsTwoVectors(lanes, code.LiftingSize);
        for (int row = 0; row < layers.Start.Length - 1; row++)
        {
            for (int index = layers.Start[row]; index < layers.Start[row + 1]; index++)
            {
                Circulant circulant = layers.Circulants[index];
                int column = circulant.Start / (code.LiftingSize + ReconciliationCode.Pad);
                degrees[column]++;
                int lane = (column * stride) + Pad;
                int shift = (int)circulant.Shift;
                ushort message = checked((ushort)((index - layers.Start[row]) * 2 * lanes));
                layout[index] = two
                    ? new((uint)(lane + shift), (short)(shift < lanes ? lanes : -lanes), message)
                    : new((uint)lane, (short)shift, message);
            }
        }

        foreach (ref int degree in degrees)
        {
            degree = degree < FrozenDegreeMin ? int.MinValue : 0;
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
        for (int column = 0; column < code.ColumnBlocks; column++)
        {
            bool freeze = decided[column] == DecidedIterations;
            freezing.AsSpan(column * stride / Pad, stride / Pad).Fill(freeze);
            if (freeze)
            {
                decided[column] = Frozen;

                // Narrow vectors mirror less.
                Block(code, column)[..Pad].CopyTo(posteriors.AsSpan((column * stride) + Pad + code.LiftingSize));
            }
        }

        fixed (sbyte* posterior = posteriors, sign = signs)
        fixed (bool* freeze = freezing)
        fixed (ActiveCirculant* all = circulants)
        {
            for (int row = 0; row < layers.Start.Length - 1; row++)
            {
                ActiveCirculant* kept = all + layers.Start[row];
                ActiveCirculant* end = kept + active[row];
                for (ActiveCirculant* entry = kept; entry < end; entry++)
                {
                    if (freeze[entry->Lane / Pad])
                    {
                        XorSigns(posterior + entry->Lane, entry->Turn, sign + (row * code.LiftingSize), code.LiftingSize);
                    }
                    else
                    {
                        *kept++ = *entry;
                    }
                }

                active[row] = (int)(kept - (all + layers.Start[row]));
            }
        }
    }

    private void XorSigns(sbyte* block, int turn, sbyte* into, int liftingSize)
    {
        bool two = LaneWidths.IsTwoVectors(lanes, liftingSize);
        for (int lane = 0; lane < liftingSize; lane += Vector256<sbyte>.Count)
        {
            int rotated = two ? lane / lanes * turn : (lane + turn) & (liftingSize - 1);
            (Vector256.Load(block + rotated) ^ Vector256.Load(into + lane)).Store(into + lane);
        }
    }

    private Span<sbyte> Block(ReconciliationCode code, int column) =>
        posteriors.AsSpan((column * stride) + Pad, code.LiftingSize);
}
