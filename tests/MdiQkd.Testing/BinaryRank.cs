using System.Numerics;
using System.Runtime.InteropServices;

namespace MdiQkd.Testing;

/// <summary>
/// Rank over GF(2) of dense rows. Elimination by the "method of the four Russians" (Albrecht, Bard, Hart, ACM TOMS 37, 9, 2010): 32 pivots
/// at a time, whose sums are tabulated in groups of eight, so that a row takes four sums instead of 16 pivots on average.
/// </summary>
public static class BinaryRank
{
    private const int GroupBits = 8;
    private const int Groups = 4;
    private const int PivotsMax = GroupBits * Groups;

    /// <summary>Rank.</summary>
    /// <param name="rows">Rows of one length, 64 columns a word; used up.</param>
    public static int Of(ulong[][] rows)
    {
        int words = rows.Length == 0 ? 0 : rows[0].Length;
        ulong[][] sums = new ulong[Groups << GroupBits][];
        for (int index = 0; index < sums.Length; index++)
        {
            sums[index] = new ulong[words];
        }

        List<(ulong[] Row, int Column)> pivots = new(PivotsMax);
        int rank = 0;
        for (int next = 0; next < rows.Length;)
        {
            pivots.Clear();
            while (next < rows.Length && pivots.Count < PivotsMax)
            {
                AddPivot(pivots, rows[next++]);
            }

            rank += pivots.Count;
            Tabulate(pivots, sums);
            int from = pivots.Count == 0 ? 0 : pivots.Min(pivot => pivot.Row.AsSpan().IndexOfAnyExcept(0UL));
            for (int below = next; below < rows.Length; below++)
            {
                Reduce(rows[below], pivots, sums, from);
            }
        }

        return rank;
    }

    /// <summary>Takes a row as a pivot unless it depends on the others; afterwards each pivot is alone in its column.</summary>
    private static void AddPivot(List<(ulong[] Row, int Column)> pivots, ulong[] row)
    {
        foreach ((ulong[] pivot, int column) in pivots)
        {
            if (Bit(row, column) != 0)
            {
                Xor(row, pivot);
            }
        }

        int word = row.AsSpan().IndexOfAnyExcept(0UL);
        if (word < 0)
        {
            return;
        }

        int own = (64 * word) + BitOperations.TrailingZeroCount(row[word]);
        foreach ((ulong[] pivot, _) in pivots)
        {
            if (Bit(pivot, own) != 0)
            {
                Xor(pivot, row);
            }
        }

        pivots.Add((row, own));
    }

    /// <summary>Sums of all subsets of each group of pivots; those that are not there count as zero.</summary>
    private static void Tabulate(List<(ulong[] Row, int Column)> pivots, ulong[][] sums)
    {
        for (int group = 0; group < Groups; group++)
        {
            for (int subset = 1; subset < 1 << GroupBits; subset++)
            {
                ulong[] sum = sums[(group << GroupBits) + subset];
                sums[(group << GroupBits) + (subset & (subset - 1))].CopyTo(sum, 0);
                int pivot = (group * GroupBits) + BitOperations.TrailingZeroCount(subset);
                if (pivot < pivots.Count)
                {
                    Xor(sum, pivots[pivot].Row);
                }
            }
        }
    }

    private static void Reduce(ulong[] row, List<(ulong[] Row, int Column)> pivots, ulong[][] sums, int from)
    {
        uint subset = 0;
        for (int pivot = 0; pivot < pivots.Count; pivot++)
        {
            subset |= Bit(row, pivots[pivot].Column) << pivot;
        }

        if (subset == 0)
        {
            return;
        }

        ReadOnlySpan<ulong> a = sums[subset & 0xFF].AsSpan(from), b = sums[0x100 + ((subset >> 8) & 0xFF)].AsSpan(from);
        ReadOnlySpan<ulong> c = sums[0x200 + ((subset >> 16) & 0xFF)].AsSpan(from), d = sums[0x300 + (subset >> 24)].AsSpan(from);
        Span<ulong> target = row.AsSpan(from);
        Span<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(target);
        ReadOnlySpan<Vector<ulong>> va = MemoryMarshal.Cast<ulong, Vector<ulong>>(a), vb = MemoryMarshal.Cast<ulong, Vector<ulong>>(b);
        ReadOnlySpan<Vector<ulong>> vc = MemoryMarshal.Cast<ulong, Vector<ulong>>(c), vd = MemoryMarshal.Cast<ulong, Vector<ulong>>(d);
        for (int index = 0; index < vectors.Length; index++)
        {
            vectors[index] ^= va[index] ^ vb[index] ^ vc[index] ^ vd[index];
        }

        for (int index = vectors.Length * Vector<ulong>.Count; index < target.Length; index++)
        {
            target[index] ^= a[index] ^ b[index] ^ c[index] ^ d[index];
        }
    }

    private static uint Bit(ulong[] row, int column) => (uint)(row[column >> 6] >> (column & 63)) & 1;

    private static void Xor(ulong[] target, ulong[] source)
    {
        Span<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(target.AsSpan());
        ReadOnlySpan<Vector<ulong>> others = MemoryMarshal.Cast<ulong, Vector<ulong>>(source.AsSpan());
        for (int index = 0; index < vectors.Length; index++)
        {
            vectors[index] ^= others[index];
        }

        for (int index = vectors.Length * Vector<ulong>.Count; index < target.Length; index++)
        {
            target[index] ^= source[index];
        }
    }
}
