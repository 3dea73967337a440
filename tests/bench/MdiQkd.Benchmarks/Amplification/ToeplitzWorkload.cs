using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Distillation.Amplification;

namespace MdiQkd.Benchmarks.Amplification;

/// <summary>One Toeplitz product on repeatable data. Nothing about the seed is kept from call to call but its bits.</summary>
public sealed class ToeplitzWorkload : IDisposable
{
    private readonly int inputBits;
    private readonly int outputBits;
    private readonly ulong[] input;
    private readonly ulong[] seed;
    private readonly ulong[] output;
    private readonly ToeplitzWorkspace workspace = new();

    /// <summary>Draws input and seed from a fixed generator.</summary>
    public ToeplitzWorkload(int inputBits, int outputBits)
    {
        this.inputBits = inputBits;
        this.outputBits = outputBits;
        var random = new Random(1);
        input = Words(random, inputBits);
        seed = Words(random, ToeplitzHash.SeedBits(inputBits, outputBits));
        output = new ulong[(outputBits + 63) / 64];
    }

    /// <summary>Computes the product.</summary>
    public void Run(ToeplitzPath path, int threads) => ToeplitzHash.Hash(
        path, input, inputBits, seed, ToeplitzHash.SeedBits(inputBits, outputBits), output, outputBits, threads, workspace);

    /// <summary>SHA-256 of the last output, first 16 hexadecimal digits.</summary>
    public string OutputHash() => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(output.AsSpan())))[..16];

    /// <inheritdoc/>
    public void Dispose() => workspace.Dispose();

    private static ulong[] Words(Random random, int bits)
    {
        ulong[] words = new ulong[(bits + 63) / 64];
        random.NextBytes(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
