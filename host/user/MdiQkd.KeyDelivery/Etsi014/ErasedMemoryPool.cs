using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>
/// Buffers of the web server's connections, pinned, and zeroed whenever one comes back: an answer with keys passes through them in the
/// clear before TLS. At most <see cref="BlocksHeldMax"/> are kept for the next request.
/// </summary>
internal sealed class ErasedMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes of a buffer: a page, as in the server's own pool.</summary>
    private const int BlockBytes = 4096;

    /// <summary>4 MiB per pool.</summary>
    private const int BlocksHeldMax = 1024;

    private readonly ConcurrentQueue<Block> free = new();
    private volatile bool disposed;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        ObjectDisposedException.ThrowIf(disposed, this);
        Block block = free.TryDequeue(out Block? held) ? held : new Block(this);
        block.IsRented = true;
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        disposed = true;
        free.Clear();
    }

    private sealed class Block(ErasedMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] bytes = GC.AllocateArray<byte>(BlockBytes, pinned: true);

        public bool IsRented { get; set; }

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(bytes, 0, BlockBytes);

        public void Dispose()
        {
            if (!IsRented)
            {
                return;
            }

            IsRented = false;
            CryptographicOperations.ZeroMemory(bytes);
            if (!pool.disposed && pool.free.Count < BlocksHeldMax)
            {
                pool.free.Enqueue(this);
            }
        }
    }
}
