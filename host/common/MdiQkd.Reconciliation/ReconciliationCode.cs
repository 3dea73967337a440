using System.Numerics;
using MdiQkd.Reconciliation.Decoding;

namespace MdiQkd.Reconciliation;

/// <summary>
/// A quasi-cyclic code: a <see cref="BaseMatrix"/> lifted by Z. Its rows come in rounds; the rows of all rounds together
/// have full row rank over GF(2), so every syndrome bit sent costs exactly one bit of leak.
/// </summary>
/// <remarks>Bit order of frames and syndromes: bit i is bit i mod 64 (LSB first) of word i / 64.</remarks>
public sealed class ReconciliationCode
{
    /// <summary>Lanes behind each column block among the posteriors of the decoder: the widest vector of bytes.</summary>
    internal const int Pad = 64;

    /// <summary>Changed whenever matrices do.</summary>
    private const int Edition = 20;

    private readonly BaseMatrix matrix;
    private readonly CodeRate rate;
    private readonly Lazy<CheckEntry[][]> rows;
    private readonly Lazy<Layers>[] layers;

    internal ReconciliationCode(BaseMatrix matrix, CodeRate rate, int liftingIndex)
    {
        this.matrix = matrix;
        this.rate = rate;
        LiftingSize = CodeBook.LiftingSize(liftingIndex);
        FirstRoundQber = rate.FirstRoundQber[liftingIndex];
        // A book has many codes and a process uses few of them.
        rows = new Lazy<CheckEntry[][]>(Lift);
        layers = [.. Enumerable.Range(1, Rounds).Select(rounds =>
            new Lazy<Layers>(() => Layers.Of(matrix, rows.Value, RowBlocks(rounds), LiftingSize + Pad)))];
    }

    /// <summary>
    /// Stable number of the code, carried in the protocol: 1000 · (20 + log2 Z) + first-round row blocks. It never stands for
    /// another matrix: those below 20 000 were the first book's, and a peer that still has that one refuses these as unknown.
    /// </summary>
    public int Id => (1000 * (Edition + BitOperations.Log2((uint)LiftingSize))) + rate.RowsAfterRound[0];

    /// <summary>Bits of a frame, n; a multiple of 64.</summary>
    public int Length => matrix.ColumnBlocks * LiftingSize;

    /// <summary>Rounds in which syndrome bits can be asked for, at least 1.</summary>
    public int Rounds => rate.RowsAfterRound.Length;

    /// <summary>Bits of one circulant, Z; a power of two and a multiple of 64.</summary>
    public int LiftingSize { get; }

    /// <summary>Number of column blocks, n / Z.</summary>
    public int ColumnBlocks => matrix.ColumnBlocks;

    /// <summary>QBER up to which the first round fails in at most a few percent of whole frames (measured).</summary>
    public double FirstRoundQber { get; }

    /// <summary>Syndrome bits after that many rounds, cumulative; 0 for 0 rounds. Always a multiple of 64.</summary>
    public int SyndromeLength(int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, Rounds);
        return rounds == 0 ? 0 : rate.RowsAfterRound[rounds - 1] * LiftingSize;
    }

    /// <summary>Row blocks after that many rounds, cumulative: <see cref="SyndromeLength"/> / Z.</summary>
    public int RowBlocks(int rounds) => SyndromeLength(rounds) / LiftingSize;

    /// <summary>The circulants of a row block, ascending columns.</summary>
    public ReadOnlySpan<CheckEntry> Row(int rowBlock) => rows.Value[rowBlock];

    /// <summary>What the decoder works on after that many rounds: rows that were split are replaced by their parts.</summary>
    internal Layers LayersAfter(int rounds) => layers[rounds - 1].Value;

    private CheckEntry[][] Lift() => [.. Enumerable.Range(0, RowBlocks(Rounds)).Select(row =>
        matrix.Row(row).ToArray().Select(entry => entry with { Shift = entry.Shift & (LiftingSize - 1) }).ToArray())];
}
