using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Two-universal hashing by a modified Toeplitz matrix, [T | I]: y = T x₀ ⊕ x₁, where x₀ are the first n − ℓ bits of x, x₁ the last ℓ,
/// and T is the random Toeplitz matrix of <see cref="ToeplitzHash"/> with n − ℓ columns (Hayashi, Tsurumaru, IEEE Trans. Inf. Theory 62, 2213
/// (2016), arXiv 1311.5322). The seed has n − 1 bits, however long the key is, against n + ℓ − 1.
/// </summary>
/// <remarks>
/// For x ≠ x′ with difference (d₀, d₁): if d₀ = 0, the outputs differ by d₁ ≠ 0; else T d₀ is uniform and equals d₁ with probability 2^−ℓ. So
/// Pr[collision] ≤ 2^−ℓ. It needs n bits of transform instead of n + ℓ. The protocol's messages carry the seed of the plain form.
/// </remarks>
public static class ModifiedToeplitzHash
{
    /// <summary>Bits of seed for <paramref name="inputBits"/> in.</summary>
    public static int SeedBits(int inputBits) => inputBits - 1;

    /// <summary>What is wrong with a set of lengths in bits, or null.</summary>
    public static string? Fault(int inputBits, int seedBits, int outputBits) =>
        ToeplitzHash.Fault(inputBits, ToeplitzHash.SeedBits(inputBits, outputBits), outputBits) is { } fault ? fault
        : seedBits != SeedBits(inputBits)
            ? $"seed of {seedBits} bits: {inputBits} bits in need {SeedBits(inputBits)} in the modified form"
        : null;

    /// <summary>Computes y = [T | I] x.</summary>
    /// <param name="path">Instructions; all give the same bits.</param>
    /// <param name="input">x, at least ⌈n / 64⌉ words; bits past the end are ignored.</param>
    /// <param name="inputBits">n.</param>
    /// <param name="seed">At least ⌈seedBits / 64⌉ words; bits past the end are ignored.</param>
    /// <param name="seedBits">n − 1.</param>
    /// <param name="output">Receives y in ⌈ℓ / 64⌉ words, the last one padded with zeros. Overlaps neither input nor seed.</param>
    /// <param name="outputBits">ℓ, 1 … n.</param>
    /// <param name="maxDegreeOfParallelism">Threads to use at most.</param>
    /// <param name="workspace">Scratch memory to reuse, or null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit; the message is that of <see cref="Fault"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine lacks the instructions.</exception>
    public static void Hash(
        ToeplitzPath path,
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism = 1,
        ToeplitzWorkspace? workspace = null)
    {
        if (Fault(inputBits, seedBits, outputBits) is { } fault)
        {
            throw new ArgumentException(fault);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(input.Length, SecretBits.WordsFor(inputBits));
        int columns = inputBits - outputBits;
        if (columns == 0)
        {
            output[..SecretBits.WordsFor(outputBits)].Clear();
        }
        else
        {
            ToeplitzHash.Multiply(path, input, columns, seed, seedBits, output, outputBits, maxDegreeOfParallelism, workspace);
        }

        AddFrom(input[..SecretBits.WordsFor(inputBits)], columns, output[..SecretBits.WordsFor(outputBits)], outputBits);
    }

    /// <summary>output ^= the bits of input from <paramref name="first"/> on.</summary>
    private static void AddFrom(ReadOnlySpan<ulong> input, int first, Span<ulong> output, int bits)
    {
        ReadOnlySpan<ulong> words = input[(first >> 6)..];
        int shift = first & 63;
        for (int i = 0; i < output.Length; i++)
        {
            // Shifted left in two steps, since a shift by 64 does not give zero.
            ulong above = i + 1 < words.Length ? words[i + 1] : 0;
            output[i] ^= (words[i] >> shift) | ((above << 1) << (63 - shift));
        }

        output[^1] &= ulong.MaxValue >> (-bits & 63);
    }
}
