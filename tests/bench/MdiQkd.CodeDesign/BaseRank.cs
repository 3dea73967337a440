using MdiQkd.Reconciliation;

namespace MdiQkd.CodeDesign;

/// <summary>Rank of a base matrix over GF(2), which decides the rank of every lifting by a power of two.</summary>
public static class BaseRank
{
    /// <summary>Rank over GF(2) with every circulant replaced by 1.</summary>
    public static int Of(IReadOnlyList<CheckEntry[]> rows, int columnCount)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ulong[][] dense = [.. rows.Select(row => Pack(row, columnCount))];
        int rank = 0;
        for (int column = 0; column < columnCount && rank < dense.Length; column++)
        {
            int pivot = Array.FindIndex(dense, rank, row => ((row[column >> 6] >> (column & 63)) & 1) != 0);
            if (pivot < 0)
            {
                continue;
            }

            (dense[rank], dense[pivot]) = (dense[pivot], dense[rank]);
            for (int row = rank + 1; row < dense.Length; row++)
            {
                if (((dense[row][column >> 6] >> (column & 63)) & 1) != 0)
                {
                    for (int word = 0; word < dense[row].Length; word++)
                    {
                        dense[row][word] ^= dense[rank][word];
                    }
                }
            }

            rank++;
        }

        return rank;
    }

    private static ulong[] Pack(CheckEntry[] row, int columnCount)
    {
        ulong[] words = new ulong[(columnCount + 63) / 64];
        foreach (CheckEntry entry in row)
        {
            words[entry.Column >> 6] ^= 1UL << (entry.Column & 63);
        }

        return words;
    }
}
