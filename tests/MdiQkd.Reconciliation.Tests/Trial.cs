using System.Runtime.InteropServices;

namespace MdiQkd.Reconciliation.Tests;

/// <summary>Random words and error patterns with fixed seeds, and the syndromes that the users would send.</summary>
internal static class Trial
{
    public static ulong[] RandomWord(ReconciliationCode code, Random random)
    {
        ulong[] word = new ulong[code.Length / 64];
        random.NextBytes(MemoryMarshal.AsBytes(word.AsSpan()));
        return word;
    }

    /// <summary>Independent errors at that rate in the first <paramref name="realBits"/> positions.</summary>
    public static ulong[] Errors(ReconciliationCode code, double qber, int realBits, Random random)
    {
        ulong[] pattern = new ulong[code.Length / 64];
        for (int bit = 0; bit < realBits; bit++)
        {
            if (random.NextDouble() < qber)
            {
                pattern[bit >> 6] |= 1UL << (bit & 63);
            }
        }

        return pattern;
    }

    public static ulong[] Xor(ulong[] a, ulong[] b) => [.. a.Zip(b, (x, y) => x ^ y)];

    public static ulong[] Syndrome(ReconciliationCode code, int rounds, ulong[] word)
    {
        ulong[] syndrome = new ulong[code.SyndromeLength(rounds) / 64];
        for (int round = 1; round <= rounds; round++)
        {
            int start = code.SyndromeLength(round - 1) / 64;
            SyndromeFormer.Form(code, round, word, syndrome.AsSpan(start..(code.SyndromeLength(round) / 64)));
        }

        return syndrome;
    }

    /// <summary>Clears the positions that a shortened frame has as public zeros.</summary>
    public static void Shorten(ulong[] word, int realBits)
    {
        for (int bit = realBits; bit < word.Length * 64; bit++)
        {
            word[bit >> 6] &= ~(1UL << (bit & 63));
        }
    }
}
