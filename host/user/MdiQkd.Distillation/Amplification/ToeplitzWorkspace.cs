using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Scratch memory of <see cref="ToeplitzHash"/>, kept from one product to the next so that nothing is allocated after the first of a size;
/// at most 8 bytes per input byte for ℓ ≤ n/2 and one thread. Key memory like that of <see cref="SecretBits"/>, and zeroed after each
/// product. For one thread at a time.
/// </summary>
public sealed class ToeplitzWorkspace : IDisposable
{
    private LockedWords? words;
    private int used;

    /// <summary>Lets go of the memory; it is zero already.</summary>
    public void Dispose()
    {
        words?.Dispose();
        words = null;
    }

    /// <summary>At least <paramref name="count"/> words, the first at the beginning of a page, content undefined.</summary>
    internal Span<ulong> Prepare(long count)
    {
        used = checked((int)count);
        if (words is null || words.Count < used)
        {
            words?.Dispose();
            words = new LockedWords(used);
        }

        return words.Span;
    }

    internal void Clear() => words?.Span[..used].Clear();
}
