using System.Numerics;
using MdiQkd.Reconciliation;

namespace MdiQkd.CodeDesign;

/// <summary>
/// Places the circulants of a base matrix column by column, lowest degree first, progressively against short cycles.
/// </summary>
/// <remarks>
/// Design. Rows are chosen to keep row weights equal and to use row pairs evenly. Shifts modulo 64 avoid all cycles of
/// length 4 where possible and as many of length 6 through columns of low degree as possible (the ACE criterion of Tian
/// et al., IEEE Trans. Commun. 52, 1242 (2004): cycles through low degrees are those with few ways out); the upper four
/// bits then break up what is left for the larger liftings. Columns of degree 2 form a path, so they close no cycle.
/// Trade-offs. A 6-cycle through a column of high degree is tolerated: it has many extrinsic edges.
/// </remarks>
public sealed class BaseMatrixBuilder
{
    private const int LowDegree = 4;
    private const int SmallLifting = 64;
    private const int Liftings = BaseMatrix.LargestLifting;

    private readonly Random random;
    private readonly int rowCount;
    private readonly List<(int Row, int Shift)>[] columns;
    private readonly int[] rowWeight;
    private readonly ulong[] usedDifferences; // per ordered row pair: differences modulo 64 taken by any column
    private readonly List<int>[] lowDifferences; // per ordered row pair: differences modulo 1024 of low-degree columns
    private readonly List<int>[] lowNeighbours; // rows that share a low-degree column with this row
    private int fourCycles;

    private BaseMatrixBuilder(int rowCount, int columnCount, int seed)
    {
        // A fixed seed: the stored codes can be made again bit for bit.
        random = new Random(seed);
        this.rowCount = rowCount;
        columns = [.. Enumerable.Range(0, columnCount).Select(_ => new List<(int, int)>())];
        rowWeight = new int[rowCount];
        usedDifferences = new ulong[rowCount * rowCount];
        lowDifferences = new List<int>[rowCount * rowCount];
        lowNeighbours = [.. Enumerable.Range(0, rowCount).Select(_ => new List<int>())];
    }

    /// <summary>Builds a base matrix whose rows of all rounds have full rank.</summary>
    /// <param name="profile">Column degrees of the first round.</param>
    /// <param name="columnCount">Column blocks.</param>
    /// <param name="rowsAfterRound">Row blocks after each round.</param>
    /// <param name="firstRoundQber">Thresholds to store, per lifting.</param>
    /// <param name="seed">Seed of the ties.</param>
    /// <param name="fourCycles">Cycles of length 4 at Z = 64 that could not be avoided.</param>
    public static BaseMatrix Build(
        DegreeProfile profile,
        int columnCount,
        int[] rowsAfterRound,
        double[] firstRoundQber,
        int seed,
        out int fourCycles)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(rowsAfterRound);
        for (int attempt = 0; attempt < 100; attempt++)
        {
            var builder = new BaseMatrixBuilder(rowsAfterRound[^1], columnCount, seed + (1_000_003 * attempt));
            builder.PlaceFirstRound(profile.Spread(columnCount), rowsAfterRound[0]);
            for (int round = 1; round < rowsAfterRound.Length; round++)
            {
                builder.PlaceExtraRows(rowsAfterRound[round - 1], rowsAfterRound[round]);
            }

            CheckEntry[][] rows = builder.Rows();
            if (BaseRank.Of(rows, columnCount) == rows.Length)
            {
                fourCycles = builder.fourCycles;
                return new BaseMatrix(columnCount, rowsAfterRound, rows, firstRoundQber);
            }
        }

        throw new InvalidOperationException("no full-rank base matrix found");
    }

    private CheckEntry[][] Rows()
    {
        List<CheckEntry>[] rows = [.. Enumerable.Range(0, rowCount).Select(_ => new List<CheckEntry>())];
        for (int column = 0; column < columns.Length; column++)
        {
            foreach ((int row, int shift) in columns[column])
            {
                rows[row].Add(new CheckEntry(column, shift));
            }
        }

        return [.. rows.Select(row => row.ToArray())];
    }

    private void PlaceFirstRound(int[] degrees, int rows)
    {
        int[] path = [.. Enumerable.Range(0, rows)];
        random.Shuffle(path);
        for (int column = 0; column < columns.Length; column++)
        {
            int degree = Math.Min(degrees[column], rows);
            List<int> chosen = degree == 2 && column + 1 < rows
                ? [path[column], path[column + 1]]
                : ChooseRows(degree, rows);
            foreach (int row in chosen)
            {
                AddEntry(column, row, degree <= LowDegree);
            }
        }
    }

    private void PlaceExtraRows(int from, int to)
    {
        // As many entries as a first-round row has on average, on the columns with the fewest entries.
        int weight = rowWeight.Take(from).Sum() / from;
        for (int row = from; row < to; row++)
        {
            int[] order = [.. Enumerable.Range(0, columns.Length)];
            random.Shuffle(order);
            foreach (int column in order.OrderBy(column => columns[column].Count).Take(weight))
            {
                AddEntry(column, row, columns[column].Count <= LowDegree);
            }
        }
    }

    private List<int> ChooseRows(int degree, int rows)
    {
        var chosen = new List<int>();
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Shuffle(order);
        for (int edge = 0; edge < degree; edge++)
        {
            int best = -1;
            int bestCost = int.MaxValue;
            foreach (int row in order)
            {
                if (chosen.Contains(row))
                {
                    continue;
                }

                int cost = rowWeight[row] * 8;
                foreach (int other in chosen)
                {
                    cost += BitOperations.PopCount(usedDifferences[(other * rowCount) + row]);
                }

                if (cost < bestCost)
                {
                    best = row;
                    bestCost = cost;
                }
            }

            chosen.Add(best);
        }

        return chosen;
    }

    private void AddEntry(int column, int row, bool low)
    {
        List<(int Row, int Shift)> placed = columns[column];
        int shift = placed.Count == 0 ? random.Next(Liftings) : ChooseShift(placed, row, low);
        foreach ((int other, int otherShift) in placed)
        {
            Register(other, row, (shift - otherShift) & (Liftings - 1), low);
            Register(row, other, (otherShift - shift) & (Liftings - 1), low);
        }

        placed.Add((row, shift));
        rowWeight[row]++;
    }

    private void Register(int from, int to, int difference, bool low)
    {
        int pair = (from * rowCount) + to;
        ulong bit = 1UL << (difference & (SmallLifting - 1));
        if (from < to && (usedDifferences[pair] & bit) != 0)
        {
            fourCycles++;
        }

        usedDifferences[pair] |= bit;
        if (!low)
        {
            return;
        }

        if (lowDifferences[pair] is null)
        {
            lowDifferences[pair] = [];
            lowNeighbours[from].Add(to);
        }

        lowDifferences[pair].Add(difference);
    }

    private int ChooseShift(List<(int Row, int Shift)> placed, int row, bool low)
    {
        int[] fours = new int[SmallLifting];
        int[] sixes = new int[Liftings];
        foreach ((int other, int otherShift) in placed)
        {
            ulong used = usedDifferences[(other * rowCount) + row];
            for (int difference = 0; difference < SmallLifting; difference++)
            {
                fours[(otherShift + difference) & (SmallLifting - 1)] += (int)((used >> difference) & 1);
            }

            if (low)
            {
                CountSixCycles(other, row, otherShift, sixes);
            }
        }

        return Best(fours, sixes);
    }

    // Closing from `other` over a third row back to `row`: difference = (third - other) + (row - third).
    private void CountSixCycles(int other, int row, int otherShift, int[] sixes)
    {
        foreach (int third in lowNeighbours[other])
        {
            List<int>? second = third == row ? null : lowDifferences[(third * rowCount) + row];
            if (second is null)
            {
                continue;
            }

            foreach (int first in lowDifferences[(other * rowCount) + third])
            {
                foreach (int last in second)
                {
                    sixes[(otherShift + first + last) & (Liftings - 1)]++;
                }
            }
        }
    }

    private int Best(int[] fours, int[] sixes)
    {
        const int Fold = Liftings / SmallLifting;
        const int MiddleLifting = 256;
        int best = 0;
        long bestCost = long.MaxValue;
        int ties = 0;
        for (int shift = 0; shift < Liftings; shift++)
        {
            int small = 0;
            int middle = 0;
            for (int fold = 0; fold < Fold; fold++)
            {
                int alias = (shift + (fold * SmallLifting)) & (Liftings - 1);
                small += sixes[alias];
                middle += (alias & (MiddleLifting - 1)) == (shift & (MiddleLifting - 1)) ? sixes[alias] : 0;
            }

            long cost = (fours[shift & (SmallLifting - 1)] * 1_000_000_000L) + (small * 10L)
                + (middle * 1000L) + (sixes[shift] * 100_000L);
            if (cost < bestCost)
            {
                bestCost = cost;
                ties = 0;
            }

            if (cost == bestCost && random.Next(++ties) == 0)
            {
                best = shift;
            }
        }

        return best;
    }
}
