using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MdiQkd.KeyMaterial;

/// <summary>
/// 64-bit words for secrets, on memory pages of their own. Design: pinned, so that the collector leaves no copy behind; locked
/// against swapping and left out of core dumps where the system allows; zeroed and unlocked on dispose, by the finalizer if
/// somebody forgot. Whole pages, because a lock on a page ends for all who share it.
/// Trade-offs: a page at least for every string; where locking is refused (a limit, or no such call) the memory is used all
/// the same, and <see cref="KeyMemory"/> says so.
/// </summary>
internal sealed class LockedWords : IDisposable
{
    private readonly int offset;
    private ulong[]? array;

    /// <summary>All-zero words, the first at the beginning of a page.</summary>
    internal LockedWords(int count)
    {
        Count = count;
        int wordsPerPage = Environment.SystemPageSize / sizeof(ulong);
        int pages = (count + wordsPerPage - 1) / wordsPerPage;

        // An array begins on a multiple of a word; up to a page is lost until a page begins.
        array = GC.AllocateArray<ulong>(checked((pages + 1) * wordsPerPage), pinned: true);
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        offset = (int)(-start & (Environment.SystemPageSize - 1)) / sizeof(ulong);
        Bytes = (long)pages * Environment.SystemPageSize;
        IsLocked = KeyMemory.TryLock(Address, Bytes);
    }

    /// <summary>Zeroes what was never disposed.</summary>
    ~LockedWords() => Release();

    /// <summary>Words asked for.</summary>
    internal int Count { get; }

    /// <summary>Bytes of the pages.</summary>
    internal long Bytes { get; }

    /// <summary>Whether the pages cannot be swapped out.</summary>
    internal bool IsLocked { get; }

    /// <summary>The words.</summary>
    /// <exception cref="ObjectDisposedException">They are gone.</exception>
    internal Span<ulong> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(array is null, this);
            return array.AsSpan(offset, Count);
        }
    }

    private nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(array!, offset);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (array is { } owned)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(owned.AsSpan(offset, Count)));
            KeyMemory.Unlock(Address, Bytes, IsLocked);
            array = null;
            GC.KeepAlive(owned);
        }
    }
}
