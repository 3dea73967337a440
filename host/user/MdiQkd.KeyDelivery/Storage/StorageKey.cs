using System.Security.Cryptography;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// The 256-bit key under which a key store is sealed at rest. It lives in a file of its own, mode 0600, so that it can be
/// kept on another medium than the store; whoever holds both holds all undelivered keys.
/// </summary>
public sealed class StorageKey : IDisposable
{
    /// <summary>Bytes of the key.</summary>
    public const int Size = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly byte[] key = GC.AllocateArray<byte>(Size, pinned: true);

    /// <summary>Copies a key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public StorageKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size)
        {
            throw new ArgumentException($"a storage key has {Size} bytes, not {key.Length}", nameof(key));
        }
        key.CopyTo(this.key);
    }

    /// <summary>The key, for as long as this instance is not disposed.</summary>
    internal ReadOnlySpan<byte> Bytes => key;

    /// <summary>Reads the key file, or creates it with a fresh random key if there is none.</summary>
    /// <exception cref="KeyStoreException">The file has not 32 bytes, or others than its owner have access to it.</exception>
    public static StorageKey LoadOrCreate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] key = GC.AllocateArray<byte>(Size, pinned: true);
        try
        {
            if (File.Exists(path))
            {
                Read(path, key);
            }
            else
            {
                RandomNumberGenerator.Fill(key);
                Create(path, key);
            }
            return new StorageKey(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException(KeyStoreFault.Inaccessible, $"storage key file {path}: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Derives a key for another purpose at this node (HKDF-SHA-256).</summary>
    public void Derive(ReadOnlySpan<byte> purpose, Span<byte> derived) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, [], purpose);

    /// <summary>Erases the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    private static void Read(string path, Span<byte> key)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new KeyStoreException(KeyStoreFault.Inaccessible,
                $"storage key file {path} is accessible to others than its owner; set its mode to 0600");
        }
        using FileStream file = new(path, new FileStreamOptions { BufferSize = 0 });
        if (file.Length != Size)
        {
            throw new KeyStoreException(KeyStoreFault.Mismatch, $"storage key file {path} has {file.Length} bytes, not {Size}");
        }
        file.ReadExactly(key);
    }

    private static void Create(string path, ReadOnlySpan<byte> key)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using FileStream file = new(path, options);
        file.Write(key);
        file.Flush(flushToDisk: true);
    }
}
