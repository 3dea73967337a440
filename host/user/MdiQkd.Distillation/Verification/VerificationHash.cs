using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Authentication.Hashing;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Verification;

/// <summary>
/// Confirms that two corrected strings are equal (PROTOCOL 5.4). B draws the seed (r, s) after its string is fixed; the tag is
/// the top t bits of p_r(string) · s in GF(2^128).
/// </summary>
/// <remarks>
/// Bound: two different strings have p_r equal for at most (blocks + 1)/2^128 of all r. If they differ there, the difference d
/// is not zero and d · s is uniform, so that its top t bits vanish with probability 2^-t. Together (blocks + 1)/2^128 + 2^-t;
/// cutting p_r itself would not do, since an almost-universal hash may put all its difference into the bits cut off.
/// With t = ⌈log2(1/ε_cor)⌉ = 50 for 1e-15 and 2^27 bits this is 8.9e-16 + 3e-33. The tag's 50 bits are paid for in the
/// constant of the key length, which subtracts log2(8/ε_cor) = 52.8 (Curty et al., Nat. Commun. 5, 3732 (2014)).
/// </remarks>
public static class VerificationHash
{
    /// <summary>Bytes of the seed: r, then s.</summary>
    public const int SeedBytes = 2 * PolynomialHash.Size;

    /// <summary>Bits of a tag: ⌈log2(1/ε_cor)⌉, 1 … 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No tag of 64 bits reaches ε_cor; a valid plan never asks for it.</exception>
    public static int TagBits(double epsilonCorrectness)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epsilonCorrectness, Math.ScaleB(1, -64));
        return Math.Max(1, (int)Math.Ceiling(-Math.Log2(epsilonCorrectness)));
    }

    /// <summary>B: the tag of its corrected string under a fresh seed.</summary>
    /// <param name="key">The corrected string; stays the caller's.</param>
    /// <param name="seed"><see cref="SeedBytes"/> bytes, drawn after the string was fixed.</param>
    /// <param name="epsilonCorrectness">ε_cor of the block.</param>
    /// <returns>8 bytes, little-endian; the t bits of the tag are the low ones.</returns>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public static byte[] Tag(ReconciledKey key, ReadOnlySpan<byte> seed, double epsilonCorrectness)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (seed.Length != SeedBytes)
        {
            throw new ArgumentException($"a verification seed has {SeedBytes} bytes, not {seed.Length}", nameof(seed));
        }

        using PolynomialHash hash = new(seed[..PolynomialHash.Size]);
        Span<byte> digest = stackalloc byte[PolynomialHash.Size];
        hash.Append(MemoryMarshal.AsBytes(key.Bits.Words));
        hash.Finish(digest);
        UInt128 product = Gf128.Multiply(
            MemoryMarshal.Read<UInt128>(digest), MemoryMarshal.Read<UInt128>(seed[PolynomialHash.Size..]));
        CryptographicOperations.ZeroMemory(digest);
        return BitConverter.GetBytes((ulong)(product >> (128 - TagBits(epsilonCorrectness))));
    }

    /// <summary>A: compares B's tag with its own string.</summary>
    /// <param name="key">A's string; becomes the verified key on success and stays as it is otherwise.</param>
    /// <param name="seed">B's seed.</param>
    /// <param name="tag">B's tag.</param>
    /// <param name="epsilonCorrectness">ε_cor of the block.</param>
    /// <param name="verified">The next stage.</param>
    /// <returns>False if the strings differ, or seed or tag have a wrong length.</returns>
    public static bool TryVerify(
        ReconciledKey key,
        ReadOnlySpan<byte> seed,
        ReadOnlySpan<byte> tag,
        double epsilonCorrectness,
        [NotNullWhen(true)] out VerifiedKey? verified)
    {
        verified = seed.Length == SeedBytes && CryptographicOperations.FixedTimeEquals(Tag(key, seed, epsilonCorrectness), tag)
            ? new VerifiedKey(key.Block, key.HandOn(), key.LeakEc)
            : null;
        return verified is not null;
    }

    /// <summary>B: its string is verified once A's third authenticated tag has said so.</summary>
    public static VerifiedKey AcceptedByPeer(ReconciledKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new VerifiedKey(key.Block, key.HandOn(), key.LeakEc);
    }
}
