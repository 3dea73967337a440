using System.Runtime.InteropServices;

namespace MdiQkd.KeyMaterial;

/// <summary>Whether this process could keep its key memory out of swap space and core dumps; one account per process, as the limits are.</summary>
public static partial class KeyMemory
{
    private const int AdviceDontDump = 16; // MADV_DONTDUMP and MADV_DODUMP of Linux
    private const int AdviceDoDump = 17;

    private static readonly bool HasLocks = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    private static long lockedBytes;
    private static long unlockedBytes;
    private static volatile string? refusal;

    /// <summary>Key memory in use that is locked.</summary>
    public static long LockedBytes => Interlocked.Read(ref lockedBytes);

    /// <summary>Key memory in use that may be swapped out.</summary>
    public static long UnlockedBytes => Interlocked.Read(ref unlockedBytes);

    /// <summary>Why memory was not locked the last time that it was not; null if it always was.</summary>
    public static string? Refusal => refusal;

    /// <summary>Tries whether a string of this length can be locked beside what is locked now.</summary>
    /// <returns>Null if so, else one line for the operator.</returns>
    public static string? Probe(int bitCount)
    {
        using LockedWords words = new(SecretBits.WordsFor(bitCount));
        return words.IsLocked ? null : refusal;
    }

    internal static bool TryLock(nint address, long bytes)
    {
        if (HasLocks && Lock(address, (nuint)bytes) == 0)
        {
            if (OperatingSystem.IsLinux())
            {
                _ = Advise(address, (nuint)bytes, AdviceDontDump);
            }

            Interlocked.Add(ref lockedBytes, bytes);
            return true;
        }

        refusal = HasLocks
            ? $"{bytes} bytes of key memory could not be locked ({Marshal.GetLastPInvokeErrorMessage()}); raise the limit on locked memory"
            : "this system has no call to lock memory";
        Interlocked.Add(ref unlockedBytes, bytes);
        return false;
    }

    internal static void Unlock(nint address, long bytes, bool isLocked)
    {
        if (!isLocked)
        {
            Interlocked.Add(ref unlockedBytes, -bytes);
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = Advise(address, (nuint)bytes, AdviceDoDump);
        }

        _ = Unlock(address, (nuint)bytes);
        Interlocked.Add(ref lockedBytes, -bytes);
    }

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Lock(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "munlock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unlock(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint bytes, int advice);
}
