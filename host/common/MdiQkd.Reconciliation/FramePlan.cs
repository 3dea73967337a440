namespace MdiQkd.Reconciliation;

/// <summary>
/// Cuts a block's sifted bits into frames. It depends on the number of bits only, so the users and the hub agree on it
/// without a message.
/// </summary>
public static class FramePlan
{
    /// <summary>
    /// Frames of <paramref name="frameLength"/> while whole ones fit, then of the next shorter lengths of the book; only
    /// the last frame is shortened, and it has the shortest length.
    /// </summary>
    /// <param name="siftedBits">Bits of the block, 0 or more.</param>
    /// <param name="frameLength">Preferred frame length, one of <see cref="CodeBook.Lengths"/>.</param>
    /// <param name="book">The code book; null: <see cref="CodeBook.Default"/>.</param>
    /// <exception cref="ArgumentException">The book has no codes of that length.</exception>
    public static IReadOnlyList<Frame> Cut(long siftedBits, int frameLength, CodeBook? book = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(siftedBits);
        book ??= CodeBook.Default;
        if (!book.Lengths.Contains(frameLength))
        {
            throw new ArgumentException($"no codes of {frameLength} bits", nameof(frameLength));
        }

        var frames = new List<Frame>();
        long offset = 0;
        foreach (int length in book.Lengths.Where(length => length <= frameLength).Reverse())
        {
            for (; siftedBits - offset >= length; offset += length)
            {
                frames.Add(new Frame(offset, length, length));
            }
        }

        if (offset < siftedBits)
        {
            frames.Add(new Frame(offset, book.Lengths[0], (int)(siftedBits - offset)));
        }

        return frames;
    }
}
