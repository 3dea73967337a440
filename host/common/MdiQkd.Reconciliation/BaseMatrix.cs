namespace MdiQkd.Reconciliation;

/// <summary>
/// A quasi-cyclic parity-check matrix before lifting: for each row block the column blocks it touches and their shifts
/// modulo <see cref="LargestLifting"/>. Lifting by a smaller power of two Z takes the shifts modulo Z, so one base
/// matrix serves all frame lengths: a cycle-free choice at Z = 64 stays cycle-free above. Codes of neighbouring rates
/// use a prefix of its rows each, and their extra rounds the rows behind that.
/// </summary>
/// <remarks>
/// Splitting: a row behind the main ones consists of some of the entries of one main row, its parent. Its syndrome splits
/// the parent's check into two shorter ones, so column degrees, and with them the threshold relative to capacity, stay
/// what they are, and no cycles are added. Density evolution: f stays 1.10 to 1.11 while the rows grow by a quarter;
/// additional edges instead take the same code from 1.106 to 1.132 after 4 %.
///
/// Rank: with Z a power of two, F2[x]/(x^Z + 1) = F2[x]/(x + 1)^Z is a local ring, so by Nakayama's lemma the lifted
/// matrix has full row rank over GF(2) exactly if the base matrix with every circulant replaced by 1 has it.
/// </remarks>
public sealed class BaseMatrix
{
    /// <summary>Largest lifting size; shifts are stored modulo this.</summary>
    public const int LargestLifting = 1024;

    private const int LongStep = 63;

    private readonly int[] rowStart;
    private readonly CheckEntry[] entries;
    private readonly int[] parents;

    /// <summary>Copies the rows.</summary>
    /// <param name="columnBlocks">Number of column blocks.</param>
    /// <param name="rows">Entries per row block, ascending columns, none twice in a row.</param>
    /// <param name="parents">
    /// For each row behind the main ones the main row that it splits; no row twice. Main rows come first.
    /// </param>
    /// <exception cref="ArgumentException">The parts contradict each other.</exception>
    public BaseMatrix(int columnBlocks, CheckEntry[][] rows, int[] parents)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(parents);
        MainRows = rows.Length - parents.Length;
        if (parents.Distinct().Count() != parents.Length || parents.Any(parent => parent < 0 || parent >= MainRows)
            || parents.Where((parent, index) => !IsPart(rows[MainRows + index], rows[parent])).Any())
        {
            throw new ArgumentException("a row does not split a main row of its own", nameof(parents));
        }

        this.parents = parents;
        ColumnBlocks = columnBlocks;
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

    /// <summary>Whether all entries are among the others; both ascend.</summary>
    private static bool IsPart(CheckEntry[] part, CheckEntry[] whole)
    {
        int next = 0;
        foreach (CheckEntry entry in part)
        {
            while (next < whole.Length && whole[next] != entry)
            {
                next++;
            }

            if (next++ == whole.Length)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Number of column blocks.</summary>
    public int ColumnBlocks { get; }

    /// <summary>Number of row blocks that split no other.</summary>
    public int MainRows { get; }

    /// <summary>Number of row blocks.</summary>
    public int RowBlocks => rowStart.Length - 1;

    /// <summary>The circulants of one row block, ascending columns, shifts modulo <see cref="LargestLifting"/>.</summary>
    public ReadOnlySpan<CheckEntry> Row(int rowBlock) => entries.AsSpan(rowStart[rowBlock]..rowStart[rowBlock + 1]);

    /// <summary>The main row that a row behind the main ones splits.</summary>
    public int Parent(int rowBlock) => parents[rowBlock - MainRows];

    /// <summary>
    /// Writes the stored form: u16 column blocks, u16 row blocks, u16 main rows, u16 parents, then per row a u16 weight and
    /// per entry a u16 LE with the shift in bits 0..9 and the step from the column before (from -1 at the start) less 1 in
    /// bits 10..15; a step of 63 there is followed by bytes to add, of which the last is below 255.
    /// </summary>
    public void Write(BinaryWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write((ushort)ColumnBlocks);
        destination.Write((ushort)RowBlocks);
        destination.Write((ushort)MainRows);
        foreach (int parent in parents)
        {
            destination.Write((ushort)parent);
        }

        for (int row = 0; row < RowBlocks; row++)
        {
            destination.Write((ushort)Row(row).Length);
            int previous = -1;
            foreach (CheckEntry entry in Row(row))
            {
                int step = entry.Column - previous - 1;
                previous = entry.Column;
                destination.Write((ushort)(entry.Shift | (Math.Min(step, LongStep) << 10)));
                for (step -= LongStep; step >= 0; step -= byte.MaxValue)
                {
                    destination.Write((byte)Math.Min(step, byte.MaxValue));
                }
            }
        }
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="ArgumentException">The rows are not ascending.</exception>
    /// <exception cref="EndOfStreamException">The stored form is cut off.</exception>
    public static BaseMatrix Read(BinaryReader source)
    {
        ArgumentNullException.ThrowIfNull(source);
        int columnBlocks = source.ReadUInt16();
        var rows = new CheckEntry[source.ReadUInt16()][];
        int[] parents = new int[rows.Length - source.ReadUInt16()];
        for (int index = 0; index < parents.Length; index++)
        {
            parents[index] = source.ReadUInt16();
        }

        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new CheckEntry[source.ReadUInt16()];
            int column = -1;
            for (int index = 0; index < rows[row].Length; index++)
            {
                ushort packed = source.ReadUInt16();
                int step = packed >> 10;
                for (int more = step == LongStep ? byte.MaxValue : 0; more == byte.MaxValue;)
                {
                    more = source.ReadByte();
                    step += more;
                }

                column += step + 1;
                rows[row][index] = new CheckEntry(column, packed & (LargestLifting - 1));
            }
        }

        return new BaseMatrix(columnBlocks, rows, parents);
    }
}
