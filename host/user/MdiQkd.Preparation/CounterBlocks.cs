namespace MdiQkd.Preparation;

/// <summary>AES-256 blocks addressed by slot; only the first 32 bits of each are used.</summary>
internal abstract class CounterBlocks : IDisposable
{
    /// <summary>Slots per call: 8 kB of blocks stay in the first-level cache.</summary>
    public const int BatchMax = 512;

    /// <summary>Yields bytes 0..3 (little-endian) of AES(key, slot ‖ 0⁸) for up to <see cref="BatchMax"/> slots.</summary>
    public abstract void Expand(ReadOnlySpan<long> slots, Span<uint> random);

    /// <summary>Zeroes the key.</summary>
    public abstract void Dispose();
}
