using MdiQkd.Protocol;

namespace MdiQkd.KeyMaterial;

/// <summary>
/// One user's bits of the z–z events of a block, in announcement order. A's string is the key reference; B's is already
/// flipped here: both |ψ⁻⟩ and |ψ⁺⟩ anticorrelate the Z bits (PROTOCOL.md 3.3), so that A ⊕ B is the error pattern.
/// </summary>
public sealed class SiftedKey : KeyStage
{
    private SiftedKey(BlockId block, SecretBits bits, bool isReference)
        : base(block, bits) => IsReference = isReference;

    /// <summary>True at A.</summary>
    public bool IsReference { get; }

    /// <summary>A's stage, from its prepared Z bits. Takes ownership of <paramref name="preparedBits"/>.</summary>
    public static SiftedKey OfReference(BlockId block, SecretBits preparedBits) => new(block, preparedBits, true);

    /// <summary>B's stage, from its prepared Z bits, which are inverted in place. Takes ownership of them.</summary>
    public static SiftedKey OfFlippingUser(BlockId block, SecretBits preparedBits)
    {
        foreach (ref ulong word in preparedBits.Words)
        {
            word = ~word;
        }

        preparedBits.ClearPadding();
        return new(block, preparedBits, false);
    }

    /// <summary>A: the string is the reference and stays as it is.</summary>
    /// <param name="leakEc">Bits disclosed about A's string by reconciliation (PROTOCOL.md 5.2), ≥ 0.</param>
    /// <exception cref="InvalidOperationException">This is B's string.</exception>
    public ReconciledKey AsReference(long leakEc)
    {
        if (!IsReference)
        {
            throw new InvalidOperationException("only the reference user's string is taken as it is");
        }

        return new(Block, HandOn(), leakEc, true);
    }

    /// <summary>
    /// B: applies the decoded error pattern. Whether the pattern is right is for verification to find out; a wrong one costs
    /// the block, never a key.
    /// </summary>
    /// <param name="pattern">Error pattern, packed LSB first, at least ⌈<see cref="KeyStage.BitCount"/> / 64⌉ words.</param>
    /// <param name="leakEc">Bits disclosed about A's string by reconciliation, ≥ 0.</param>
    /// <exception cref="InvalidOperationException">This is A's string.</exception>
    /// <exception cref="ArgumentException">The pattern is too short.</exception>
    public ReconciledKey Correct(ReadOnlySpan<ulong> pattern, long leakEc)
    {
        if (IsReference)
        {
            throw new InvalidOperationException("the reference string is never corrected");
        }

        Span<ulong> words = Bits.Words;
        if (pattern.Length < words.Length)
        {
            throw new ArgumentException($"pattern of {pattern.Length} words for {words.Length} words of key", nameof(pattern));
        }

        for (int i = 0; i < words.Length; i++)
        {
            words[i] ^= pattern[i];
        }

        Bits.ClearPadding();
        return new(Block, HandOn(), leakEc, false);
    }
}
