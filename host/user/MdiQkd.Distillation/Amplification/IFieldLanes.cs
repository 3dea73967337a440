namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Vector of 2^<see cref="LogCount"/> elements of F = GF(2)[x] / (x^64 + x^4 + x^3 + x + 1), one per 64-bit lane: what the
/// additive transform needs of an instruction set. All implementations give the same transform up to the order of the values.
/// </summary>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface IFieldLanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Base-2 logarithm of the lanes.</summary>
    static abstract int LogCount { get; }

    /// <summary>True if this machine has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The same element in every lane.</summary>
    static abstract TVector Broadcast(ulong element);

    /// <summary>Sum, lane by lane.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>Product, lane by lane.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>
    /// Regroups two vectors, each holding whole blocks of 2^(level+1) elements, into the lower and the upper halves of the blocks.
    /// Levels are taken from LogCount − 1 down to 0.
    /// </summary>
    static abstract void Split(int level, ref TVector first, ref TVector second);

    /// <summary>Undoes <see cref="Split"/>.</summary>
    static abstract void Merge(int level, ref TVector first, ref TVector second);

    /// <summary>After <see cref="Split"/> at a level: number, within the pair of vectors, of the block that a lane belongs to.</summary>
    static abstract ReadOnlySpan<byte> LaneBlocks(int level);
}
