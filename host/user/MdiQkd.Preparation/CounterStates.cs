using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// Prepared states as a counter-mode expansion of one 32-byte key per session: block(slot) = AES-256(key, slot as 64 bits
/// little-endian ‖ 0⁸) (NIST SP 800-38A, 6.5). Bytes 0..1 (little-endian) choose the label through
/// <see cref="SourceSettings.Sample"/>, bit 0 of byte 2 is the encoded bit; pilot slots carry the public pilot state.
/// </summary>
/// <remarks>
/// Trade-off: 2×10⁸ slots a second need no storage and any slot can be read as long as the key is held, at the price that
/// the states are computationally, not unconditionally, random. One reader at a time.
/// </remarks>
public sealed class CounterStates : IPreparedStates, IDisposable
{
    /// <summary>Bytes of a state key.</summary>
    public const int KeySize = 32;

    private readonly CounterBlocks blocks;
    private readonly StateSampler sampler;
    private bool disposed;

    /// <summary>Expands a state key; the caller keeps and zeroes its own copy.</summary>
    /// <param name="stateKey">32 bytes from <see cref="KeyMaterial.IKeyRandomness"/>, used for this session only.</param>
    /// <param name="source">Label weights.</param>
    /// <param name="pilots">Public pilot pattern.</param>
    /// <param name="slots">Slots of the session; others read as not prepared.</param>
    /// <param name="isReference">Whether the user is A of its pair: it chooses the states of pilots.</param>
    /// <exception cref="ArgumentException">Wrong key length, or settings with a fault.</exception>
    public CounterStates(
        ReadOnlySpan<byte> stateKey, SourceSettings source, PilotPattern pilots, long slots, bool isReference = true)
        : this(stateKey, source, pilots, slots, isReference, AesNiCounterBlocks.IsSupported)
    {
    }

    /// <summary>The same with a chosen path, so that tests compare both.</summary>
    internal CounterStates(
        ReadOnlySpan<byte> stateKey, SourceSettings source, PilotPattern pilots, long slots, bool isReference, bool useAesNi)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(pilots);
        ArgumentOutOfRangeException.ThrowIfNotEqual(stateKey.Length, KeySize, nameof(stateKey));
        if ((source.Fault() ?? pilots.Fault()) is { } fault)
        {
            throw new ArgumentException(fault);
        }

        sampler = new StateSampler(source, pilots, slots, isReference);
        blocks = useAesNi ? new AesNiCounterBlocks(stateKey) : new PortableCounterBlocks(stateKey);
    }

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<long> slots, Span<byte> packed)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Span<uint> random = stackalloc uint[CounterBlocks.BatchMax];
        bool prepared = true;
        for (int first = 0; prepared && first < slots.Length; first += CounterBlocks.BatchMax)
        {
            int count = Math.Min(CounterBlocks.BatchMax, slots.Length - first);
            ReadOnlySpan<long> batch = slots.Slice(first, count);
            blocks.Expand(batch, random[..count]);
            prepared = sampler.TrySample(batch, random[..count], packed.Slice(first, count));
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(random));
        return prepared;
    }

    /// <summary>Zeroes the expanded key.</summary>
    public void Dispose()
    {
        disposed = true;
        blocks.Dispose();
    }
}
