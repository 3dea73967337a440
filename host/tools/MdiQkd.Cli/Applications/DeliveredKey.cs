using System.Security.Cryptography;

namespace MdiQkd.Cli.Applications;

/// <summary>A key in the hands of an application; zeroed on dispose.</summary>
internal sealed class DeliveredKey(string id, byte[] key) : IDisposable
{
    /// <summary>key_ID of ETSI GS QKD 014.</summary>
    internal string Id => id;

    /// <summary>Length in bits.</summary>
    internal int Bits => key.Length * 8;

    /// <summary>SHA-256 of the key, the first 16 hexadecimal digits: enough to compare by eye, useless to recover it.</summary>
    internal string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(key))[..16];

    /// <summary>Whether two applications hold the same key under the same id.</summary>
    internal bool Matches(DeliveredKey other) => id == other.Id && other.EqualsKey(key);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    /// <inheritdoc/>
    public override string ToString() => $"key {id}";

    private bool EqualsKey(byte[] otherKey) => CryptographicOperations.FixedTimeEquals(key, otherKey);
}
