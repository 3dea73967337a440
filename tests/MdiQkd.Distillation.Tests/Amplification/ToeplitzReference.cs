namespace MdiQkd.Distillation.Tests.Amplification;

/// <summary>The definition, bit by bit.</summary>
internal static class ToeplitzReference
{
    public static ulong[] Hash(ulong[] x, int n, ulong[] seed, int l)
    {
        ulong[] y = new ulong[(l + 63) / 64];
        for (int i = 0; i < l; i++)
        {
            ulong bit = 0;
            for (int j = 0; j < n; j++)
            {
                bit ^= Bit(x, j) & Bit(seed, i - j + n - 1);
            }

            y[i / 64] |= bit << (i % 64);
        }

        return y;
    }

    public static ulong Bit(ulong[] words, int i) => (words[i / 64] >> (i % 64)) & 1;

    /// <summary>Uniform words, the bits past the end included: they must not matter.</summary>
    public static ulong[] Words(Random random, int bits)
    {
        ulong[] words = new ulong[(bits + 63) / 64];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
