using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.VirtualBoard.Links;

/// <summary>Calls of the C library that make a pseudo-terminal: pty(7), posix_openpt(3), Linux.</summary>
internal static unsafe partial class PseudoTerminal
{
    public const int ErrorInterrupted = 4;
    public const int ErrorIo = 5;
    public const int ErrorAgain = 11;

    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x8_0000; // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
    private const int SlaveFlags = 0x0002 | 0x0100; // O_RDWR, O_NOCTTY
    private const int NameBytes = 128;
    private const int SettingsBytes = 256; // more than any struct termios
    private const short HungUp = 0x0010; // POLLHUP

    /// <summary>Makes a pair; the board holds the first end, the host opens the second one by its name.</summary>
    /// <exception cref="IOException">The system has no more of them.</exception>
    public static SafeFileHandle Open(out string name)
    {
        SafeFileHandle master = new(OpenMaster(OpenFlags), ownsHandle: true);
        byte* buffer = stackalloc byte[NameBytes];
        if (master.IsInvalid || Grant(master) != 0 || Unlock(master) != 0 || Name(master, buffer, NameBytes) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            master.Dispose();
            throw new IOException($"no pseudo-terminal: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        name = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        MakeRaw(name);
        return master;
    }

    /// <summary>Whether no host has the other end open.</summary>
    public static bool IsHungUp(SafeFileHandle master)
    {
        PollEntry entry = new() { File = (int)master.DangerousGetHandle() };
        return PollFiles(&entry, 1, 0) > 0 && (entry.Returned & HungUp) != 0;
    }

    /// <summary>Reads without waiting: bytes, or minus the error number.</summary>
    public static int Read(SafeFileHandle master, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count = ReadFile(master, start, (nuint)buffer.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Writes without waiting: bytes taken, or minus the error number.</summary>
    public static int Write(SafeFileHandle master, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count = WriteFile(master, start, (nuint)bytes.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    // Nothing is echoed or translated, not even before a host has set the terminal up. After this open and close the terminal counts
    // as hung up until a host opens it.
    private static void MakeRaw(string name)
    {
        using SafeFileHandle slave = new(OpenFile(name, SlaveFlags), ownsHandle: true);
        byte* settings = stackalloc byte[SettingsBytes];
        if (slave.IsInvalid || GetSettings(slave, settings) != 0)
        {
            throw new IOException($"{name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        SetRaw(settings);
        SetSettings(slave, 0, settings);
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial nint OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int Name(SafeFileHandle master, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetSettings(SafeFileHandle file, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetSettings(SafeFileHandle file, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void SetRaw(byte* settings);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int PollFiles(PollEntry* entries, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
