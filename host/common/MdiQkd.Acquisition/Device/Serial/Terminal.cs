using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.Acquisition.Device.Serial;

/// <summary>
/// Calls of the C library that a raw terminal needs, Linux: termios(3), ioctl_tty(2), poll(2). SerialPort carries 3.6 MB/s over a
/// pseudo-terminal and takes milliseconds for a round trip; these calls carry what the kernel does.
/// </summary>
internal static unsafe partial class Terminal
{
    public const int ErrorNoEntry = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorIo = 5;
    public const int ErrorNoDevice = 6;
    public const int ErrorAgain = 11;
    public const int ErrorAccess = 13;
    public const int ErrorBusy = 16;
    public const int ErrorNoTerminal = 25;

    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x8_0000; // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
    private const nuint GetSettings2 = 0x802C_542A; // TCGETS2
    private const nuint SetSettings2 = 0x402C_542B; // TCSETS2
    private const nuint Exclusive = 0x540C; // TIOCEXCL
    private const nuint FlushBuffers = 0x540B; // TCFLSH
    private const uint Mode = 0x30 | 0x80 | 0x800 | 0x1000; // CS8, CREAD, CLOCAL, BOTHER: the speed is a number
    private const int MinimumBytes = 6; // VMIN
    private const int ReadTime = 5; // VTIME
    private const int LockExclusiveNow = 2 | 4; // LOCK_EX, LOCK_NB
    private const short PollIn = 1;
    private const short PollOut = 4;

    /// <summary>Opens a terminal without waiting, not as the controlling one; the handle is invalid after an error.</summary>
    public static SafeFileHandle Open(string path) => new(OpenFile(path, OpenFlags), ownsHandle: true);

    /// <summary>
    /// Keeps the terminal for this program. A second lock beside TIOCEXCL, which does not stop a privileged user: flock(2), as other terminal
    /// programs do.
    /// </summary>
    /// <returns>0, or the error number; <see cref="ErrorBusy"/> if another program holds it.</returns>
    public static int Lock(SafeFileHandle terminal)
    {
        int error = LockFile(terminal, LockExclusiveNow) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error == ErrorAgain ? ErrorBusy : error;
    }

    /// <summary>Eight bits, no parity, no flow control, nothing translated; no other program may open it while it is open here.</summary>
    /// <returns>0, or the error number.</returns>
    public static int MakeRaw(SafeFileHandle terminal, int baud)
    {
        Settings settings = default;
        if (Control(terminal, GetSettings2, (nint)(&settings)) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        settings = default;
        settings.ControlMode = Mode;
        settings.InputSpeed = settings.OutputSpeed = (uint)baud;
        settings.Characters[MinimumBytes] = 1;
        settings.Characters[ReadTime] = 0;
        bool isDone = Control(terminal, SetSettings2, (nint)(&settings)) == 0 && Control(terminal, Exclusive, 0) == 0
            && Control(terminal, FlushBuffers, 2) == 0;
        return isDone ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits until bytes can be read, or the other end is gone.</summary>
    public static void Wait(SafeFileHandle terminal, int timeoutMs) => Poll(terminal, PollIn, timeoutMs);

    /// <summary>Waits until bytes can be written.</summary>
    public static void WaitToWrite(SafeFileHandle terminal, int timeoutMs) => Poll(terminal, PollOut, timeoutMs);

    /// <summary>Reads without waiting.</summary>
    /// <returns>Bytes; 0 = the other end is gone; minus the error number after an error.</returns>
    public static int Read(SafeFileHandle terminal, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count = ReadFile(terminal, start, (nuint)buffer.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Writes without waiting.</summary>
    /// <returns>Bytes taken; minus the error number after an error.</returns>
    public static int Write(SafeFileHandle terminal, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count = WriteFile(terminal, start, (nuint)bytes.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    private static void Poll(SafeFileHandle terminal, short what, int timeoutMs)
    {
        bool isHeld = false;
        try
        {
            terminal.DangerousAddRef(ref isHeld);
            PollEntry entry = new() { File = (int)terminal.DangerousGetHandle(), Events = what };
            _ = PollFiles(&entry, 1, timeoutMs); // what failed, a read or write says
        }
        finally
        {
            if (isHeld)
            {
                terminal.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockFile(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int PollFiles(PollEntry* entries, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    /// <summary>struct termios2 of asm-generic: x86, Arm, RISC-V.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        public uint InputMode;
        public uint OutputMode;
        public uint ControlMode;
        public uint LocalMode;
        public byte Discipline;
        public fixed byte Characters[19];
        public uint InputSpeed;
        public uint OutputSpeed;
    }
}
