using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        switch (syndrome.Length)
        {
            case 1:
                FormRowOf64(code.Row(row), frame, syndrome);
                break;
            case 4:
                FormRowOf256(code.Row(row), frame, syndrome);
                break;
            default:
                FormLongRow(code.Row(row), frame, syndrome);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FormRowOf64(ReadOnlySpan<CheckEntry> entries, ReadOnlySpan<ulong> frame, Span<ulong> syndrome)
    {
        ulong sum = 0;
        foreach (CheckEntry entry in entries)
        {
            sum ^= BitOperations.RotateRight(frame[entry.Column], entry.Shift);
        }

        syndrome[0] = sum;
    }

    // One vector per circulant, rotated by whole words and shifted by the rest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FormRowOf256(ReadOnlySpan<CheckEntry> entries, ReadOnlySpan<ulong> frame, Span<ulong> syndrome)
    {
        Vector256<ulong> sum = Vector256<ulong>.Zero;
        foreach (CheckEntry entry in entries)
        {
            Vector256<ulong> block = Vector256.Create(frame.Slice(4 * entry.Column, 4));
            Vector256<ulong> turn = Vector256.Create((ulong)entry.Shift / 64) + Vector256<ulong>.Indices;
            Vector256<ulong> low = Vector256.Shuffle(block, turn & Vector256.Create(3UL));
            Vector256<ulong> high = Vector256.Shuffle(block, (turn + Vector256<ulong>.One) & Vector256.Create(3UL));
            int right = entry.Shift & 63;
            sum ^= (low >> right) ^ (high << 1 << (63 - right));
        }

        sum.CopyTo(syndrome);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FormLongRow(ReadOnlySpan<CheckEntry> entries, ReadOnlySpan<ulong> frame, Span<ulong> syndrome)
    {
        int words = syndrome.Length;
        syndrome.Clear();
        foreach (CheckEntry entry in entries)
        {
            // Word i takes from words i + skip and i + skip + 1; both are in one piece but at the turn.
            ReadOnlySpan<ulong> block = frame.Slice(entry.Column * words, words);
            int skip = entry.Shift / 64;
            int right = entry.Shift & 63;
            Rotate(block[skip..], right, syndrome);
            Span<ulong> rest = syndrome[(words - skip - 1)..];
            rest[0] ^= (block[^1] >> right) ^ (block[0] << 1 << (63 - right));
            Rotate(block[..(skip + 1)], right, rest[1..]);
        }
    }

    /// <summary>Xors words i and i + 1 of the source, shifted to one, into word i, for all but the last word.</summary>
    private static void Rotate(ReadOnlySpan<ulong> source, int right, Span<ulong> into)
    {
        int count = source.Length - 1;
        int word = 0;
        for (; word + Vector256<ulong>.Count <= count; word += Vector256<ulong>.Count)
        {
            Vector256<ulong> low = Vector256.Create(source[word..]);
            Vector256<ulong> high = Vector256.Create(source[(word + 1)..]);
            Vector256<ulong> sum = Vector256.Create(into[word..]) ^ (low >> right) ^ (high << 1 << (63 - right));
            sum.CopyTo(into[word..]);
        }

        for (; word < count; word++)
        {
            into[word] ^= (source[word] >> right) ^ (source[word + 1] << 1 << (63 - right));
        }
    }
}
