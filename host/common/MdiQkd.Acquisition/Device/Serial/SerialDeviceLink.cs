using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.Acquisition.Device.Serial;

/// <summary>A board on a serial port: UART, USB serial adapter, USB CDC, or a pseudo-terminal. Linux.</summary>
internal sealed class SerialDeviceLink : IDeviceLink
{
    private const string Closed = "the port was closed";

    private readonly SafeFileHandle terminal;

    private SerialDeviceLink(SafeFileHandle terminal) => this.terminal = terminal;

    /// <summary>Opens and sets up the port.</summary>
    /// <exception cref="DeviceException">It is not there, in use, or no serial port.</exception>
    public static SerialDeviceLink Open(string path, int baud)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new DeviceException(
                DeviceFailure.Unreachable, $"{path}: serial ports are supported on Linux only: use a board with TCP (host:port)");
        }

        SafeFileHandle terminal = Terminal.Open(path);
        int error = terminal.IsInvalid ? Marshal.GetLastPInvokeError() : Terminal.Lock(terminal);
        error = error == 0 ? Terminal.MakeRaw(terminal, baud) : error;
        if (error != 0)
        {
            terminal.Dispose();
            throw new DeviceException(DeviceFailure.Unreachable, $"{path}: {Describe(error)}");
        }

        return new SerialDeviceLink(terminal);
    }

    /// <inheritdoc/>
    public void Wait(int timeoutMs)
    {
        try
        {
            Terminal.Wait(terminal, timeoutMs);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException(Closed, e);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        try
        {
            int count = buffer.IsEmpty ? -Terminal.ErrorAgain : Terminal.Read(terminal, buffer);
            return count > 0 ? count : Failed(count);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException(Closed, e);
        }
    }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            int count = Terminal.Write(terminal, bytes);
            return count > 0 ? count : Failed(count);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException(Closed, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => terminal.Dispose();

    private static int Failed(int result) =>
        result is -Terminal.ErrorAgain or -Terminal.ErrorInterrupted ? 0
        : throw new IOException(
            result is 0 or -Terminal.ErrorIo ? "the port is gone: was the cable or the adapter unplugged?"
            : Marshal.GetPInvokeErrorMessage(-result));

    private static string Describe(int error) => error switch
    {
        Terminal.ErrorNoEntry => "there is no such port: is the board plugged in? 'mdiqkd device list' shows the ports",
        Terminal.ErrorAccess => "no permission: the user must be in the group that owns the port, usually 'dialout'",
        Terminal.ErrorBusy => "another program has the port open: is the hub daemon or another 'mdiqkd device' running?",
        Terminal.ErrorNoTerminal => "this is no serial port",
        Terminal.ErrorNoDevice or Terminal.ErrorIo => "the port exists, but there is no device behind it",
        _ => Marshal.GetPInvokeErrorMessage(error),
    };
}
