using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Amplification;

/// <summary>Toeplitz product word by word with carry-less products, O(n ℓ / 4096).</summary>
internal static class DirectToeplitz
{
    /// <summary>Output words kept in registers.</summary>
    private const int Rows = 8;

    /// <summary>See <see cref="ToeplitzHash.Hash"/>; the lengths were checked.</summary>
    public static unsafe void Hash(
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism)
    {
        // y is the coefficients n − 1 … n + ℓ − 2 of seed(z) x(z). The seed is moved up by `shift` bits so that they start at a word,
        // and by `Rows` words so that a row never reads below the array.
        int inputWords = SecretBits.WordsFor(inputBits);
        int outputWords = SecretBits.WordsFor(outputBits);
        int shift = -(inputBits - 1) & 63;
        int first = (inputBits - 1 + shift) >> 6;
        ulong[] x = Masked(input, inputBits, inputWords, 0, 0);
        ulong[] s = Masked(seed, seedBits, inputWords + outputWords + (3 * Rows), shift, Rows);
        int blocks = (outputWords + Rows - 1) / Rows;
        fixed (ulong* y = output)
        {
            ulong* result = y;
            Parallel.For(
                0,
                blocks,
                new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism },
                block => Block(x, s, first + Rows + (block * Rows), new(result + (block * Rows), Math.Min(Rows, outputWords - (block * Rows)))));
        }

        if ((outputBits & 63) != 0)
        {
            output[outputWords - 1] &= (1UL << (outputBits & 63)) - 1;
        }

        Array.Clear(x);
    }

    private static void Block(ulong[] x, ulong[] s, int top, Span<ulong> y)
    {
        Span<Vector128<ulong>> sums = stackalloc Vector128<ulong>[Rows + 1];
        sums.Clear();
        for (int j = 0; j < x.Length; j++)
        {
            for (int row = 0; row <= Rows; row++)
            {
                int m = top + row - 1 - j;
                if (m >= 0)
                {
                    sums[row] ^= Product(s[m], x[j]);
                }
            }
        }

        for (int row = 0; row < y.Length; row++)
        {
            y[row] = sums[row + 1].GetElement(0) ^ sums[row].GetElement(1);
        }
    }

    private static Vector128<ulong> Product(ulong a, ulong b)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(a), Vector128.CreateScalar(b), 0);
        }

        UInt128 sum = 0;
        for (int i = 0; i < 64; i++)
        {
            sum ^= ((UInt128)a << i) & (UInt128)(-(Int128)((b >> i) & 1));
        }

        return Vector128.Create((ulong)sum, (ulong)(sum >> 64));
    }

    private static ulong[] Masked(ReadOnlySpan<ulong> source, int bits, int length, int shift, int offset)
    {
        ulong[] copy = new ulong[length];
        for (int i = 0; i < SecretBits.WordsFor(bits); i++)
        {
            ulong word = i < bits >> 6 ? source[i] : source[i] & ((1UL << (bits & 63)) - 1);
            copy[offset + i] |= word << shift;
            copy[offset + i + 1 < length ? offset + i + 1 : i] |= shift == 0 ? 0 : word >> (64 - shift);
        }

        return copy;
    }
}
