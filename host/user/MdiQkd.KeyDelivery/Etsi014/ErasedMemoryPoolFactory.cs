using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>
/// Gives the web server buffers that are zeroed after use. To be registered as <see cref="IMemoryPoolFactory{T}"/> of bytes before the
/// server is built; else keys that were delivered stay in the server's buffers until these are used again.
/// </summary>
public sealed class ErasedMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ErasedMemoryPool();
}
