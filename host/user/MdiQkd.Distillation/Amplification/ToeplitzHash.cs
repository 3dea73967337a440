using System.Runtime.Intrinsics;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Two-universal hashing by a random Toeplitz matrix over GF(2) (Krawczyk, CRYPTO '94; Fung, Ma, Chau, PRA 81, 012318 (2010)):
/// y = T x with T[i, j] = seed[i − j + n − 1], 0 ≤ i &lt; ℓ, 0 ≤ j &lt; n. For x ≠ x′ and a uniform seed,
/// Pr[T x = T x′] = 2^−ℓ exactly, as T (x ⊕ x′) is uniform.
/// </summary>
/// <remarks>
/// Bit strings are packed LSB first in 64-bit words; on a wire, in little-endian byte order, bit i is bit i % 8 of byte i / 8.
/// The seed has n + ℓ − 1 bits, is sent in full, and is used for one block only. Exact integer arithmetic: every path
/// gives the same bits.
/// </remarks>
public static class ToeplitzHash
{
    /// <summary>The fastest path of this machine.</summary>
    public static ToeplitzPath FastestPath =>
        Lanes512.IsSupported ? ToeplitzPath.Clmul512
        : Lanes256.IsSupported ? ToeplitzPath.Clmul256
        : Lanes128.IsSupported ? ToeplitzPath.Clmul128
        : ToeplitzPath.Portable;

    /// <summary>True if this machine has the instructions of a path.</summary>
    public static bool IsSupported(ToeplitzPath path) => path switch
    {
        ToeplitzPath.Clmul512 => Lanes512.IsSupported,
        ToeplitzPath.Clmul256 => Lanes256.IsSupported,
        ToeplitzPath.Clmul128 => Lanes128.IsSupported,
        _ => true,
    };

    /// <summary>Bits of seed for <paramref name="inputBits"/> in and <paramref name="outputBits"/> out.</summary>
    public static int SeedBits(int inputBits, int outputBits) => inputBits + outputBits - 1;

    /// <summary>What is wrong with a set of lengths in bits, or null.</summary>
    public static string? Fault(int inputBits, int seedBits, int outputBits)
    {
        if (inputBits < 1 || inputBits > SecretBits.BitCountMax)
        {
            return $"input of {inputBits} bits: 1 … {SecretBits.BitCountMax} is needed";
        }

        if (outputBits < 1 || outputBits > inputBits)
        {
            return $"output of {outputBits} bits: 1 … {inputBits}, the length of the input, is needed";
        }

        return seedBits != SeedBits(inputBits, outputBits)
            ? $"seed of {seedBits} bits: {inputBits} bits in and {outputBits} out need {SeedBits(inputBits, outputBits)}"
            : null;
    }

    /// <summary>Computes y = T x.</summary>
    /// <param name="input">x, at least ⌈n / 64⌉ words; bits past the end are ignored.</param>
    /// <param name="inputBits">n.</param>
    /// <param name="seed">At least ⌈seedBits / 64⌉ words; bits past the end are ignored.</param>
    /// <param name="seedBits">n + ℓ − 1.</param>
    /// <param name="output">Receives y in ⌈ℓ / 64⌉ words, the last one padded with zeros. Overlaps neither input nor seed.</param>
    /// <param name="outputBits">ℓ, 1 … n.</param>
    /// <param name="maxDegreeOfParallelism">Threads to use at most.</param>
    /// <param name="workspace">Scratch memory to reuse, or null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit; the message is that of <see cref="Fault"/>.</exception>
    public static void Hash(
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism = 1,
        ToeplitzWorkspace? workspace = null) =>
        Hash(FastestPath, input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, workspace);

    /// <summary>The same on a given path.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine lacks the instructions.</exception>
    /// <inheritdoc cref="Hash(ReadOnlySpan{ulong}, int, ReadOnlySpan{ulong}, int, Span{ulong}, int, int, ToeplitzWorkspace)"/>
    public static void Hash(
        ToeplitzPath path,
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism,
        ToeplitzWorkspace? workspace = null)
    {
        if (Fault(inputBits, seedBits, outputBits) is { } fault)
        {
            throw new ArgumentException(fault);
        }

        Multiply(path, input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, workspace);
    }

    /// <summary>The product by a Toeplitz matrix of any shape.</summary>
    internal static void Multiply(
        ToeplitzPath path,
        ReadOnlySpan<ulong> input,
        int inputBits,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        Span<ulong> output,
        int outputBits,
        int maxDegreeOfParallelism,
        ToeplitzWorkspace? workspace)
    {
        if (!IsSupported(path))
        {
            throw new PlatformNotSupportedException($"this machine lacks the instructions of path {path}");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Length, SecretBits.WordsFor(inputBits));
        ArgumentOutOfRangeException.ThrowIfLessThan(seed.Length, SecretBits.WordsFor(seedBits));
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, SecretBits.WordsFor(outputBits));
        using ToeplitzWorkspace? own = workspace is null ? new ToeplitzWorkspace() : null;
        ToeplitzWorkspace memory = workspace ?? own!;
        switch (path)
        {
            case ToeplitzPath.Clmul512:
                TransformToeplitz.Hash<Lanes512, Vector512<ulong>>(
                    input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, memory);
                break;
            case ToeplitzPath.Clmul256:
                TransformToeplitz.Hash<Lanes256, Vector256<ulong>>(
                    input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, memory);
                break;
            case ToeplitzPath.Clmul128:
                TransformToeplitz.Hash<Lanes128, Vector128<ulong>>(
                    input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, memory);
                break;
            default:
                TransformToeplitz.Hash<PortableLanes, ulong>(
                    input, inputBits, seed, seedBits, output, outputBits, maxDegreeOfParallelism, memory);
                break;
        }
    }
}
