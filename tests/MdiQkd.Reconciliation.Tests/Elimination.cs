using System.Numerics;
using System.Runtime.InteropServices;

namespace MdiQkd.Reconciliation.Tests;

/// <summary>Rank over GF(2) by Gaussian elimination of dense rows.</summary>
internal static class Elimination
{
    /// <summary>Rank; destroys the rows.</summary>
    public static int Rank(ulong[][] rows)
    {
        int rank = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            int word = rows[row].AsSpan().IndexOfAnyExcept(0UL);
            if (word < 0)
            {
                continue;
            }

            rank++;
            ulong bit = rows[row][word] & (~rows[row][word] + 1);
            Span<Vector<ulong>> source = MemoryMarshal.Cast<ulong, Vector<ulong>>(rows[row].AsSpan());
            int first = word / Vector<ulong>.Count;
            for (int below = row + 1; below < rows.Length; below++)
            {
                if ((rows[below][word] & bit) == 0)
                {
                    continue;
                }

                if (source.Length * Vector<ulong>.Count != rows[row].Length)
                {
                    Xor(rows[below], rows[row]);
                    continue;
                }

                Span<Vector<ulong>> target = MemoryMarshal.Cast<ulong, Vector<ulong>>(rows[below].AsSpan());
                for (int index = first; index < source.Length; index++)
                {
                    target[index] ^= source[index];
                }
            }
        }

        return rank;
    }

    private static void Xor(ulong[] target, ulong[] source)
    {
        for (int word = 0; word < target.Length; word++)
        {
            target[word] ^= source[word];
        }
    }
}
