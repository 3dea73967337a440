using System.Runtime.InteropServices;
using MdiQkd.Reconciliation;

namespace MdiQkd.Testing;

/// <summary>
/// Draws random codewords of a code: words whose syndrome is zero in every round. Adding one to both users' strings
/// changes nothing that the hub may see (PROTOCOL 8, non-interference).
/// </summary>
/// <remarks>
/// The constructor picks one column block per row block so that the square part is invertible over the ring of
/// circulants, and factors it. A codeword is a random word plus the word on those blocks that has the same syndrome.
/// The cost grows with the cube of the row blocks: below a second up to about 120 of them at Z = 256.
/// </remarks>
public sealed class CodewordSampler
{
    private readonly ReconciliationCode code;
    private readonly int realBits;
    private readonly int words;
    private readonly int[] pivotColumns;
    private readonly int[] rowOrder;
    private readonly ulong[][][] factors; // [row][column]: below the diagonal the multipliers, above it the upper part
    private readonly ulong[][] inverses; // of the pivots

    /// <summary>Factors the pivot part of the matrix of all rounds of the code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="realBits">Bits of the frame; the codewords are zero behind them. -1: all.</param>
    /// <exception cref="ArgumentException">The rows of the code are dependent on these bits.</exception>
    public CodewordSampler(ReconciliationCode code, int realBits = -1)
    {
        ArgumentNullException.ThrowIfNull(code);
        this.code = code;
        this.realBits = realBits < 0 ? code.Length : realBits;
        words = code.LiftingSize / 64;
        int rows = code.RowBlocks(code.Rounds);
        pivotColumns = PivotColumns(code, rows, this.realBits / code.LiftingSize);
        rowOrder = [.. Enumerable.Range(0, rows)];
        factors = [.. rowOrder.Select(PivotPart)];
        inverses = new ulong[rows][];
        for (int step = 0; step < rows; step++)
        {
            Eliminate(step);
        }
    }

    /// <summary>A uniformly random codeword, n bits, LSB first; a function of the seeded generator.</summary>
    public ulong[] Next(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ulong[] word = new ulong[code.Length / 64];
        random.NextBytes(MemoryMarshal.AsBytes(word.AsSpan()));
        for (int bit = realBits; bit < code.Length; bit++)
        {
            word[bit >> 6] &= ~(1UL << (bit & 63));
        }

        ulong[][] solution = Solve(Syndrome(word));
        for (int step = 0; step < solution.Length; step++)
        {
            for (int index = 0; index < words; index++)
            {
                word[(pivotColumns[step] * words) + index] ^= solution[step][index];
            }
        }

        return word;
    }

    /// <summary>Column blocks, below a number of them, on which the base matrix over GF(2) is invertible.</summary>
    private static int[] PivotColumns(ReconciliationCode code, int rows, int columns)
    {
        bool[][] dense = new bool[rows][];
        for (int row = 0; row < rows; row++)
        {
            dense[row] = new bool[code.ColumnBlocks];
            foreach (CheckEntry entry in code.Row(row))
            {
                dense[row][entry.Column] ^= true;
            }
        }

        int[] pivots = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            pivots[row] = Array.IndexOf(dense[row], true, 0, columns);
            if (pivots[row] < 0)
            {
                throw new ArgumentException("the rows of the code are dependent on these bits", nameof(code));
            }

            for (int below = row + 1; below < rows; below++)
            {
                for (int column = 0; dense[below][pivots[row]] && column < code.ColumnBlocks; column++)
                {
                    // The pivot column itself comes last, so that the condition holds until then.
                    int index = (pivots[row] + 1 + column) % code.ColumnBlocks;
                    dense[below][index] ^= dense[row][index];
                }
            }
        }

        return pivots;
    }

    private ulong[][] PivotPart(int row)
    {
        ulong[][] part = [.. pivotColumns.Select(_ => new ulong[words])];
        foreach (CheckEntry entry in code.Row(row))
        {
            int step = Array.IndexOf(pivotColumns, entry.Column);
            if (step >= 0)
            {
                // Row bit i checks column bit i + shift: the circulant x^-shift.
                int exponent = (code.LiftingSize - entry.Shift) & (code.LiftingSize - 1);
                part[step][exponent >> 6] ^= 1UL << (exponent & 63);
            }
        }

        return part;
    }

    private void Eliminate(int step)
    {
        int pivot = Array.FindIndex(factors, step, row => CirculantRing.IsUnit(row[step]));
        (factors[step], factors[pivot]) = (factors[pivot], factors[step]);
        (rowOrder[step], rowOrder[pivot]) = (rowOrder[pivot], rowOrder[step]);
        inverses[step] = CirculantRing.Inverse(factors[step][step]);
        for (int row = step + 1; row < factors.Length; row++)
        {
            if (CirculantRing.IsZero(factors[row][step]))
            {
                continue;
            }

            factors[row][step] = CirculantRing.Product(factors[row][step], inverses[step]);
            for (int column = step + 1; column < factors.Length; column++)
            {
                if (!CirculantRing.IsZero(factors[step][column]))
                {
                    CirculantRing.AddProduct(factors[row][column], factors[row][step], factors[step][column]);
                }
            }
        }
    }

    private ulong[][] Solve(ulong[] syndrome)
    {
        ulong[][] values = [.. rowOrder.Select(row => syndrome[(row * words)..((row + 1) * words)])];
        for (int row = 0; row < values.Length; row++)
        {
            for (int column = 0; column < row; column++)
            {
                CirculantRing.AddProduct(values[row], factors[row][column], values[column]);
            }
        }

        for (int row = values.Length - 1; row >= 0; row--)
        {
            for (int column = row + 1; column < values.Length; column++)
            {
                CirculantRing.AddProduct(values[row], factors[row][column], values[column]);
            }

            values[row] = CirculantRing.Product(values[row], inverses[row]);
        }

        return values;
    }

    private ulong[] Syndrome(ulong[] word)
    {
        ulong[] syndrome = new ulong[code.SyndromeLength(code.Rounds) / 64];
        for (int round = 1; round <= code.Rounds; round++)
        {
            int start = code.SyndromeLength(round - 1) / 64;
            SyndromeFormer.Form(code, round, word, syndrome.AsSpan(start..(code.SyndromeLength(round) / 64)));
        }

        return syndrome;
    }
}
