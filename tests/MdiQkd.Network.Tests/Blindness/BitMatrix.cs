using System.Numerics;
using System.Runtime.InteropServices;
using MdiQkd.Reconciliation;

namespace MdiQkd.Network.Tests.Blindness;

/// <summary>
/// Linear functions over GF(2) of the real bits of a frame, bit by bit: what a user's syndromes are, from nothing but the
/// circulants of the code.
/// </summary>
internal sealed class BitMatrix
{
    private readonly ulong[][] rows;

    /// <summary>The checks of the first rounds of a code, on the real bits; the bits behind are public zeros.</summary>
    public BitMatrix(ReconciliationCode code, int rounds, int realBits)
    {
        rows = new ulong[code.SyndromeLength(rounds)][];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new ulong[(realBits + 511) / 512 * 8]; // whole vectors
            foreach (CheckEntry entry in code.Row(row / code.LiftingSize))
            {
                int bit = (entry.Column * code.LiftingSize) + ((row + entry.Shift) % code.LiftingSize);
                if (bit < realBits)
                {
                    rows[row][bit >> 6] ^= 1UL << (bit & 63);
                }
            }
        }
    }

    /// <summary>The functions' values, LSB first.</summary>
    public byte[] Of(ReadOnlySpan<ulong> bits)
    {
        byte[] values = new byte[rows.Length / 8];
        for (int row = 0; row < rows.Length; row++)
        {
            ulong parity = 0;
            for (int word = 0; word < bits.Length; word++)
            {
                parity ^= rows[row][word] & bits[word];
            }

            values[row >> 3] |= (byte)((BitOperations.PopCount(parity) & 1) << (row & 7));
        }

        return values;
    }

    /// <summary>Rank, by elimination; the matrix is used up.</summary>
    public int Rank()
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
            int bit = BitOperations.TrailingZeroCount(rows[row][word]);
            ReadOnlySpan<Vector<ulong>> pivot = MemoryMarshal.Cast<ulong, Vector<ulong>>(rows[row].AsSpan());
            for (int below = row + 1; below < rows.Length; below++)
            {
                if (((rows[below][word] >> bit) & 1) != 0)
                {
                    Span<Vector<ulong>> target = MemoryMarshal.Cast<ulong, Vector<ulong>>(rows[below].AsSpan());
                    for (int at = word / Vector<ulong>.Count; at < target.Length; at++)
                    {
                        target[at] ^= pivot[at];
                    }
                }
            }
        }

        return rank;
    }
}
