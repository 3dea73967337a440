using System.Security.Cryptography;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>A key on its way to an application; it exists nowhere else at this node. In pinned memory, zeroed on dispose.</summary>
public sealed class DeliveredKey : IDisposable
{
    private readonly byte[] bits;

    internal DeliveredKey(Guid id, byte[] bits)
    {
        Id = id;
        this.bits = bits;
    }

    /// <summary>The key_ID.</summary>
    public Guid Id { get; }

    /// <summary>Length in bits.</summary>
    public int SizeBits => bits.Length * 8;

    /// <summary>The key, owned by this instance.</summary>
    public ReadOnlySpan<byte> Bits => bits;

    /// <summary>Erases the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(bits);

    /// <summary>The key_ID; never the key.</summary>
    public override string ToString() => Id.ToString();
}
