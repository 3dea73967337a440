using System.Buffers.Binary;

namespace MdiQkd.Reconciliation;

/// <summary>
/// A quasi-cyclic parity-check matrix before lifting: for each row block the column blocks it touches and their shifts
/// modulo <see cref="LargestLifting"/>. Lifting by a smaller power of two Z takes the shifts modulo Z, so one base
/// matrix serves all frame lengths: a cycle-free choice at Z = 64 stays cycle-free above.
/// </summary>
/// <remarks>
/// Rank: with Z a power of two, F2[x]/(x^Z + 1) = F2[x]/(x + 1)^Z is a local ring, so by Nakayama's lemma the lifted
/// matrix has full row rank over GF(2) exactly if the base matrix with every circulant replaced by 1 has it.
/// </remarks>
public sealed class BaseMatrix
{
    /// <summary>Largest lifting size; shifts are stored modulo this.</summary>
    public const int LargestLifting = 1024;

    /// <summary>Rounds of every code: the first and two that add rows.</summary>
    public const int Rounds = 3;

    private readonly int[] rowStart;
    private readonly CheckEntry[] entries;
    private readonly int[] rowsAfterRound;

    /// <summary>Takes over the arrays.</summary>
    /// <param name="columnBlocks">Number of column blocks.</param>
    /// <param name="rowsAfterRound">Row blocks after each of the <see cref="Rounds"/> rounds, strictly ascending.</param>
    /// <param name="rows">Entries per row block, ascending columns, none twice in a row.</param>
    /// <param name="firstRoundQber">Highest QBER per lifting for which the first round usually succeeds.</param>
    /// <exception cref="ArgumentException">The parts contradict each other.</exception>
    public BaseMatrix(int columnBlocks, int[] rowsAfterRound, CheckEntry[][] rows, double[] firstRoundQber)
    {
        ArgumentNullException.ThrowIfNull(rowsAfterRound);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(firstRoundQber);
        if (rowsAfterRound.Length != Rounds || rowsAfterRound[^1] != rows.Length || firstRoundQber.Length != CodeBook.LiftingCount)
        {
            throw new ArgumentException("rounds, rows and thresholds contradict each other");
        }

        ColumnBlocks = columnBlocks;
        this.rowsAfterRound = rowsAfterRound;
        FirstRoundQber = firstRoundQber;
        rowStart = new int[rows.Length + 1];
        for (int row = 0; row < rows.Length; row++)
        {
            rowStart[row + 1] = rowStart[row] + rows[row].Length;
            int previous = -1;
            foreach (CheckEntry entry in rows[row])
            {
                if (entry.Column <= previous || entry.Column >= columnBlocks || (uint)entry.Shift >= LargestLifting)
                {
                    throw new ArgumentException($"row block {row} is not ascending or out of range");
                }

                previous = entry.Column;
            }
        }

        entries = [.. rows.SelectMany(row => row)];
    }

    /// <summary>Number of column blocks.</summary>
    public int ColumnBlocks { get; }

    /// <summary>Number of row blocks of all rounds.</summary>
    public int RowBlocks => rowsAfterRound[^1];

    /// <summary>Highest QBER for which the first round usually succeeds, per lifting of <see cref="CodeBook"/>.</summary>
    public IReadOnlyList<double> FirstRoundQber { get; }

    /// <summary>Row blocks after the given number of rounds (0 to <see cref="Rounds"/>).</summary>
    public int RowBlocksAfter(int rounds) => rounds == 0 ? 0 : rowsAfterRound[rounds - 1];

    /// <summary>The circulants of one row block, ascending columns, shifts modulo <see cref="LargestLifting"/>.</summary>
    public ReadOnlySpan<CheckEntry> Row(int rowBlock) => entries.AsSpan(rowStart[rowBlock]..rowStart[rowBlock + 1]);

    /// <summary>
    /// Appends the stored form: u16 column blocks, u16 rows after each round, u32 first-round QBER per lifting in 1e-8,
    /// then per row a u16 weight and per entry 3 bytes LE: column in bits 0..11, shift in bits 12..21.
    /// </summary>
    public void Write(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Span<byte> word = stackalloc byte[4];
        WriteU16(destination, ColumnBlocks);
        foreach (int rows in rowsAfterRound)
        {
            WriteU16(destination, rows);
        }

        foreach (double qber in FirstRoundQber)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, (uint)Math.Round(qber * 1e8));
            destination.Write(word);
        }

        for (int row = 0; row < RowBlocks; row++)
        {
            WriteU16(destination, Row(row).Length);
            foreach (CheckEntry entry in Row(row))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(word, (uint)(entry.Column | (entry.Shift << 12)));
                destination.Write(word[..3]);
            }
        }
    }

    /// <summary>Reads the stored form and moves the span behind it.</summary>
    /// <exception cref="ArgumentException">The bytes are not a base matrix.</exception>
    public static BaseMatrix Read(ref ReadOnlySpan<byte> source)
    {
        int columnBlocks = ReadU16(ref source);
        int[] rowsAfterRound = new int[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            rowsAfterRound[round] = ReadU16(ref source);
        }

        double[] firstRoundQber = new double[CodeBook.LiftingCount];
        for (int lifting = 0; lifting < firstRoundQber.Length; lifting++)
        {
            firstRoundQber[lifting] = BinaryPrimitives.ReadUInt32LittleEndian(source) * 1e-8;
            source = source[4..];
        }

        var rows = new CheckEntry[rowsAfterRound[^1]][];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new CheckEntry[ReadU16(ref source)];
            for (int index = 0; index < rows[row].Length; index++)
            {
                int packed = source[0] | (source[1] << 8) | (source[2] << 16);
                rows[row][index] = new CheckEntry(packed & 0xFFF, packed >> 12);
                source = source[3..];
            }
        }

        return new BaseMatrix(columnBlocks, rowsAfterRound, rows, firstRoundQber);
    }

    private static void WriteU16(Stream destination, int value)
    {
        destination.WriteByte((byte)value);
        destination.WriteByte((byte)(value >> 8));
    }

    private static int ReadU16(ref ReadOnlySpan<byte> source)
    {
        int value = BinaryPrimitives.ReadUInt16LittleEndian(source);
        source = source[2..];
        return value;
    }
}
