using System.Numerics;
using MdiQkd.Reconciliation;
using MdiQkd.Testing;

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
            rows[row] = new ulong[(realBits + 63) / 64];
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
    public int Rank() => BinaryRank.Of(rows);
}
