using System.Runtime.InteropServices;

namespace MdiQkd.KeyMaterial;

/// <summary>
/// A string of secret bits, packed LSB first: bit i is bit (i % 64) of word i / 64; bits past the end are zero.
/// Design: pinned memory, so that the collector never leaves a copy behind, locked against swapping and left out of core dumps where
/// the system allows (<see cref="KeyMemory"/>), zeroed on dispose (and by the finalizer if somebody forgot).
/// Trade-off: a caller that copies the span owns that copy.
/// </summary>
/// <remarks>Not thread-safe. It has no text of its own, and serializers refuse it: spans cannot be read.</remarks>
public sealed class SecretBits : IDisposable
{
    /// <summary>Longest string: 2^27 bits, the largest block of the product (16 MiB).</summary>
    public const int BitCountMax = 1 << 27;

    private readonly LockedWords words;

    /// <summary>All-zero bits, to be filled by the caller.</summary>
    /// <param name="bitCount">1 … <see cref="BitCountMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public SecretBits(int bitCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitCount, BitCountMax);
        BitCount = bitCount;
        words = new LockedWords(WordsFor(bitCount));
    }

    /// <summary>Length in bits.</summary>
    public int BitCount { get; }

    /// <summary>
    /// The bits, ⌈BitCount / 64⌉ words, owned by this object. A writer leaves the bits past the end zero, or calls
    /// <see cref="ClearPadding"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The bits were destroyed or handed on.</exception>
    public Span<ulong> Words => words.Span;

    /// <summary>Words that hold <paramref name="bitCount"/> bits.</summary>
    public static int WordsFor(int bitCount) => (bitCount + 63) >> 6;

    /// <summary>Copies <paramref name="bitCount"/> bits; the source stays the caller's to destroy.</summary>
    /// <exception cref="ArgumentException">The source has fewer bits.</exception>
    public static SecretBits CopyOf(ReadOnlySpan<ulong> source, int bitCount)
    {
        var copy = new SecretBits(bitCount);
        if (source.Length < copy.Words.Length)
        {
            throw new ArgumentException($"{source.Length} words hold fewer than {bitCount} bits", nameof(source));
        }

        source[..copy.Words.Length].CopyTo(copy.Words);
        copy.ClearPadding();
        return copy;
    }

    /// <summary>Fresh uniform bits.</summary>
    public static SecretBits Draw(int bitCount, IKeyRandomness randomness)
    {
        var bits = new SecretBits(bitCount);
        randomness.Fill(MemoryMarshal.AsBytes(bits.Words));
        bits.ClearPadding();
        return bits;
    }

    /// <summary>Zeroes the bits of the last word past <see cref="BitCount"/>.</summary>
    public void ClearPadding()
    {
        if ((BitCount & 63) != 0)
        {
            Words[^1] &= (1UL << (BitCount & 63)) - 1;
        }
    }

    /// <summary>Zeroes the memory; the bits are gone. Can be called twice.</summary>
    public void Dispose() => words.Dispose();
}
