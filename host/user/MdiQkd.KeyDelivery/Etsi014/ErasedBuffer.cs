using System.Buffers;
using System.Security.Cryptography;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>Buffer for one text that holds keys: pinned, so that the collector leaves no copy behind, and zeroed when it grows or goes.</summary>
internal sealed class ErasedBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] bytes;
    private int written;

    /// <param name="capacity">Bytes at first.</param>
    public ErasedBuffer(int capacity) => bytes = GC.AllocateArray<byte>(capacity, pinned: true);

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, written);

    /// <inheritdoc/>
    public void Advance(int count) => written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (bytes.Length - written < Math.Max(1, sizeHint))
        {
            byte[] larger = GC.AllocateArray<byte>((2 * bytes.Length) + sizeHint, pinned: true);
            bytes.AsSpan(0, written).CopyTo(larger);
            CryptographicOperations.ZeroMemory(bytes);
            bytes = larger;
        }

        return bytes.AsMemory(written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
