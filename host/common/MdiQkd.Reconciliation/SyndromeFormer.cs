namespace MdiQkd.Reconciliation;

/// <summary>
/// Forms syndromes of frames: each row block is the xor of rotated column blocks. Users form their own; the decoder
/// checks its hard decisions with the same code.
/// </summary>
public static class SyndromeFormer
{
    /// <summary>Forms the syndrome bits that one round adds.</summary>
    /// <param name="code">The code.</param>
    /// <param name="round">Round, 1 to <see cref="ReconciliationCode.Rounds"/>.</param>
    /// <param name="frame">n bits, LSB first; shortened positions are zero.</param>
    /// <param name="syndrome">Receives <c>SyndromeLength(round) - SyndromeLength(round - 1)</c> bits, LSB first.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void Form(ReconciliationCode code, int round, ReadOnlySpan<ulong> frame, Span<ulong> syndrome)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentOutOfRangeException.ThrowIfLessThan(round, 1);
        int first = code.RowBlocks(round - 1);
        int last = code.RowBlocks(round);
        int words = code.LiftingSize / 64;
        if (frame.Length != code.Length / 64 || syndrome.Length != (last - first) * words)
        {
            throw new ArgumentException("the frame or the syndrome does not have the length of the code");
        }

        for (int row = first; row < last; row++)
        {
            FormRow(code, row, frame, syndrome.Slice((row - first) * words, words));
        }
    }

    /// <summary>True if the frame has exactly this syndrome; stops at the first row block that differs.</summary>
    /// <param name="code">The code.</param>
    /// <param name="rounds">Rounds compared, from the first on.</param>
    /// <param name="frame">n bits.</param>
    /// <param name="syndrome">Syndrome bits of all these rounds.</param>
    internal static bool Matches(ReconciliationCode code, int rounds, ReadOnlySpan<ulong> frame, ReadOnlySpan<ulong> syndrome)
    {
        int words = code.LiftingSize / 64;
        Span<ulong> formed = stackalloc ulong[BaseMatrix.LargestLifting / 64];
        formed = formed[..words];
        for (int row = 0; row < code.RowBlocks(rounds); row++)
        {
            FormRow(code, row, frame, formed);
            if (!formed.SequenceEqual(syndrome.Slice(row * words, words)))
            {
                return false;
            }
        }

        return true;
    }

    private static void FormRow(ReconciliationCode code, int row, ReadOnlySpan<ulong> frame, Span<ulong> syndrome)
    {
        int words = syndrome.Length;
        syndrome.Clear();
        foreach (CheckEntry entry in code.Row(row))
        {
            ReadOnlySpan<ulong> block = frame.Slice(entry.Column * words, words);
            int skip = entry.Shift / 64;
            int right = entry.Shift & 63;
            if (right == 0)
            {
                for (int word = 0; word < words; word++)
                {
                    syndrome[word] ^= block[(word + skip) & (words - 1)];
                }

                continue;
            }

            for (int word = 0; word < words; word++)
            {
                ulong low = block[(word + skip) & (words - 1)];
                ulong high = block[(word + skip + 1) & (words - 1)];
                syndrome[word] ^= (low >> right) | (high << (64 - right));
            }
        }
    }
}
