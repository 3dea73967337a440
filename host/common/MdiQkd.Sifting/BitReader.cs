namespace MdiQkd.Sifting;

/// <summary>Takes runs of up to 64 bits from a plane, in order. Reading past the end yields zeros.</summary>
internal ref struct BitReader(ReadOnlySpan<ulong> plane)
{
    private readonly ReadOnlySpan<ulong> plane = plane;
    private int word;
    private int used;

    /// <summary>The next <paramref name="bits"/> bits in the low bits; above them may be any later bits.</summary>
    /// <param name="bits">0 to 64.</param>
    public ulong Take(int bits)
    {
        ulong low = word < plane.Length ? plane[word] >> used : 0;
        ulong high = used > 0 && word + 1 < plane.Length ? plane[word + 1] << (64 - used) : 0;
        used += bits;
        word += used >> 6;
        used &= 63;
        return low | high;
    }
}
