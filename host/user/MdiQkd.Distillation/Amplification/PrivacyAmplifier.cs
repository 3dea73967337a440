using System.Runtime.InteropServices;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Amplification;

/// <summary>Privacy amplification: turns a verified string into the block's secret key by <see cref="ToeplitzHash"/>.</summary>
public static class PrivacyAmplifier
{
    /// <summary>Draws the public seed. It is drawn last, after everything else about the block is fixed (PROTOCOL.md 4).</summary>
    /// <returns>⌈(n + ℓ − 1) / 64⌉ words, bits past the end zero.</returns>
    public static ulong[] DrawSeed(int inputBits, int keyBits, IKeyRandomness randomness)
    {
        int seedBits = ToeplitzHash.SeedBits(inputBits, keyBits);
        ulong[] seed = new ulong[SecretBits.WordsFor(seedBits)];
        randomness.Fill(MemoryMarshal.AsBytes(seed.AsSpan()));
        seed[^1] &= ulong.MaxValue >> (-seedBits & 63);
        return seed;
    }

    /// <summary>Hashes the verified string down to <paramref name="keyBits"/>; the verified string is destroyed.</summary>
    /// <param name="key">n bits.</param>
    /// <param name="seed">n + ℓ − 1 bits, packed LSB first.</param>
    /// <param name="seedBits">n + ℓ − 1, as received; anything else is refused.</param>
    /// <param name="keyBits">ℓ, 1 … n.</param>
    /// <param name="maxDegreeOfParallelism">Threads to use at most.</param>
    /// <param name="secret">The key, or null when refused; then <paramref name="key"/> is left as it was.</param>
    /// <returns>Null, or why the lengths were refused.</returns>
    public static string? Amplify(
        VerifiedKey key,
        ReadOnlySpan<ulong> seed,
        int seedBits,
        int keyBits,
        int maxDegreeOfParallelism,
        out SecretKey? secret)
    {
        secret = null;
        if (ToeplitzHash.Fault(key.BitCount, seedBits, keyBits) is { } fault)
        {
            return fault;
        }

        if (seed.Length < SecretBits.WordsFor(seedBits))
        {
            return $"seed of {seed.Length} words is shorter than its {seedBits} bits";
        }

        var hashed = new SecretBits(keyBits);
        ToeplitzHash.Hash(key.Bits.Words, key.BitCount, seed, seedBits, hashed.Words, keyBits, maxDegreeOfParallelism);
        secret = new SecretKey(key.Block, hashed);
        key.Dispose();
        return null;
    }
}
