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
    private const int Liftings = BaseMatrix.LargestLifting;

    private readonly Random random;
    private readonly int rowCount;
    private readonly List<(int Row, int Shift)>[] columns;
    private readonly int[] rowWeight;
    private readonly List<int>[] allDifferences; // per ordered row pair: differences modulo 1024 of all columns
    private readonly List<int>[] lowDifferences; // per ordered row pair: differences modulo 1024 of low-degree columns
    private readonly List<int>[] lowNeighbours; // rows that share a low-degree column with this row
    private readonly int[] fourCycles = new int[CodeBook.LiftingCount];

    private BaseMatrixBuilder(int rowCount, int columnCount, int seed)
    {
        // A fixed seed: the stored codes can be made again bit for bit.
        random = new Random(seed);
        this.rowCount = rowCount;
        columns = [.. Enumerable.Range(0, columnCount).Select(_ => new List<(int, int)>())];
        rowWeight = new int[rowCount];
        allDifferences = new List<int>[rowCount * rowCount];
        lowDifferences = new List<int>[rowCount * rowCount];
        lowNeighbours = [.. Enumerable.Range(0, rowCount).Select(_ => new List<int>())];
    }

    /// <summary>Builds a base matrix with independent rows.</summary>
    /// <param name="profile">Column degrees in the first <paramref name="mainRows"/> rows.</param>
    /// <param name="columnCount">Column blocks.</param>
    /// <param name="mainRows">Rows that the profile is made for.</param>
    /// <param name="allRows">Rows including those that split main ones, for the rates above and the extra rounds.</param>
    /// <param name="seed">Seed of the ties.</param>
    /// <param name="fourCycles">Cycles of length 4 that could not be avoided, per lifting.</param>
    public static BaseMatrix Build(
        DegreeProfile profile, int columnCount, int mainRows, int allRows, int seed, out int[] fourCycles)
    {
        ArgumentNullException.ThrowIfNull(profile);
        for (int attempt = 0; attempt < 100; attempt++)
        {
            var builder = new BaseMatrixBuilder(mainRows, columnCount, seed + (1_000_003 * attempt));
            builder.PlaceMainRows(profile.Spread(columnCount));
            CheckEntry[][] main = builder.Rows();
            int[] parents = [.. Enumerable.Range(0, mainRows)];
            builder.random.Shuffle(parents);
            parents = parents[..(allRows - mainRows)];
            CheckEntry[][] rows = [.. main, .. parents.Select(parent => builder.Half(main[parent]))];
            if (BaseRank.Of(rows, columnCount) == rows.Length)
            {
                fourCycles = builder.fourCycles;
                return new BaseMatrix(columnCount, rows, parents);
            }
        }

        throw new InvalidOperationException("no full-rank base matrix found");
    }

    private CheckEntry[][] Rows()
    {
        // Low degrees are placed first, but a frame filled up with public zeros must lose all degrees alike: multiples of the golden
        // ratio spread them evenly over every prefix of the columns.
        int[] order = [.. Enumerable.Range(0, columns.Length).OrderBy(column => column * 0.6180339887498949 % 1)];
        List<CheckEntry>[] rows = [.. Enumerable.Range(0, rowCount).Select(_ => new List<CheckEntry>())];
        for (int position = 0; position < order.Length; position++)
        {
            foreach ((int row, int shift) in columns[order[position]])
            {
                rows[row].Add(new CheckEntry(position, shift));
            }
        }

        return [.. rows.Select(row => row.ToArray())];
    }

    private void PlaceMainRows(int[] degrees)
    {
        int[] path = [.. Enumerable.Range(0, rowCount)];
        random.Shuffle(path);
        for (int column = 0; column < columns.Length; column++)
        {
            int degree = Math.Min(degrees[column], rowCount);
            List<int> chosen = degree == 2 && column + 1 < rowCount
                ? [path[column], path[column + 1]]
                : ChooseRows(degree);
            foreach (int row in chosen)
            {
                AddEntry(column, row, degree <= LowDegree);
            }
        }
    }

    /// <summary>Every second entry, in a random order.</summary>
    private CheckEntry[] Half(CheckEntry[] row)
    {
        CheckEntry[] shuffled = [.. row];
        random.Shuffle(shuffled);
        return [.. shuffled[..(row.Length / 2)].OrderBy(entry => entry.Column)];
    }

    private List<int> ChooseRows(int degree)
    {
        var chosen = new List<int>();
        int[] order = [.. Enumerable.Range(0, rowCount)];
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
                    cost += allDifferences[(other * rowCount) + row]?.Count ?? 0;
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
        (allDifferences[pair] ??= []).Add(difference);
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
        int[] fours = new int[Liftings];
        int[] sixes = new int[Liftings];
        foreach ((int other, int otherShift) in placed)
        {
            foreach (int difference in allDifferences[(other * rowCount) + row] ?? [])
            {
                fours[(otherShift + difference) & (Liftings - 1)]++;
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
        int best = 0;
        long bestCost = long.MaxValue;
        int ties = 0;
        for (int shift = 0; shift < Liftings; shift++)
        {
            // A cycle at a large lifting is one at the smaller ones too: hardest to forgive.
            long cost = 0;
            for (int index = CodeBook.LiftingCount - 1; index >= 0; index--)
            {
                cost = (cost * 100) + Folded(fours, shift, CodeBook.LiftingSize(index));
            }

            cost = (cost * 1000) + (100 * Folded(sixes, shift, Liftings)) + (10 * Folded(sixes, shift, 256))
                + Folded(sixes, shift, 64);
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

        for (int index = 0; index < CodeBook.LiftingCount; index++)
        {
            fourCycles[index] += Folded(fours, best, CodeBook.LiftingSize(index));
        }

        return best;
    }

    private static int Folded(int[] counts, int shift, int lifting)
    {
        int sum = 0;
        for (int alias = shift & (lifting - 1); alias < Liftings; alias += lifting)
        {
            sum += counts[alias];
        }

        return sum;
    }
}
