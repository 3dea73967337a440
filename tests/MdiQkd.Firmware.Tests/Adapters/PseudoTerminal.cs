using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.Firmware.Tests.Adapters;

/// <summary>Master side of a pseudo-terminal of Linux: what a USB serial adapter is to the program at its other end.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoControl = 0x0002 | 0x0100;

    internal PseudoTerminal()
    {
        SafeFileHandle handle = new(OpenMaster(ReadWriteNoControl), ownsHandle: true);
        byte[] name = new byte[64];
        Assert.Equal((0, 0, 0), (Grant(handle), Unlock(handle), Name(handle, name, (nuint)name.Length)));
        Path = System.Text.Encoding.ASCII.GetString(name).TrimEnd('\0');
        Master = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
    }

    internal string Path { get; }

    internal FileStream Master { get; }

    public void Dispose() => Master.Dispose();

    [DllImport("libc", EntryPoint = "posix_openpt")]
    private static extern nint OpenMaster(int flags);

    [DllImport("libc", EntryPoint = "grantpt")]
    private static extern int Grant(SafeFileHandle master);

    [DllImport("libc", EntryPoint = "unlockpt")]
    private static extern int Unlock(SafeFileHandle master);

    [DllImport("libc", EntryPoint = "ptsname_r")]
    private static extern int Name(SafeFileHandle master, byte[] name, nuint length);
}
