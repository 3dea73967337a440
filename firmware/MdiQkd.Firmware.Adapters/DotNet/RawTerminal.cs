using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.Firmware.Adapters;

/// <summary>
/// A serial port as a stream, Linux: UART, USB gadget, or pseudo-terminal. SerialPort carries 3.6 MB/s and takes milliseconds; a file on a
/// raw terminal carries what the kernel does.
/// </summary>
public static class RawTerminal
{
    // More than any platform's struct termios; the C library alone looks inside.
    private const int TermiosBytes = 256;
    private const int SetAtOnce = 0;
    private const int OpenFlags = 0x0002 | 0x0100 | 0x8_0000; // O_RDWR, O_NOCTTY, O_CLOEXEC

    /// <summary>Opens a port: 8 bits, no parity, one stop bit, no flow control, nothing translated.</summary>
    /// <param name="path">Such as /dev/ttyS0 or /dev/ttyGS0.</param>
    /// <param name="baud">A standard rate, such as 115,200, 921,600 or 3,000,000.</param>
    /// <exception cref="IOException">It cannot be opened or set up; the message says why.</exception>
    public static Stream Open(string path, int baud)
    {
        SafeFileHandle handle = new SafeFileHandle(OpenFile(path, OpenFlags), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"{path}: {Error()}");
        }

        byte[] termios = new byte[TermiosBytes];
        bool isRead = GetSettings(handle, termios) == 0;
        MakeRaw(termios);
        if (!isRead || SetSpeed(termios, (uint)baud) != 0 || SetSettings(handle, SetAtOnce, termios) != 0)
        {
            string error = Error();
            handle.Dispose();
            throw new IOException($"{path} at {baud} baud: {error}");
        }

        return new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0, isAsync: false);
    }

    private static string Error() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern IntPtr OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static extern int GetSettings(SafeFileHandle handle, byte[] termios);

    [DllImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static extern int SetSettings(SafeFileHandle handle, int when, byte[] termios);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    private static extern void MakeRaw(byte[] termios);

    [DllImport("libc", EntryPoint = "cfsetspeed", SetLastError = true)]
    private static extern int SetSpeed(byte[] termios, uint baud);
}
