using System.Net.Sockets;

namespace MdiQkd.Acquisition.Device;

/// <summary>A board over TCP.</summary>
internal sealed class TcpDeviceLink : IDeviceLink
{
    private const string Closed = "the connection was closed";

    private readonly Socket socket;

    private TcpDeviceLink(Socket socket) => this.socket = socket;

    /// <summary>Connects.</summary>
    /// <exception cref="DeviceException">Refused, unreachable, or not in time.</exception>
    public static TcpDeviceLink Connect(string host, int port, TimeSpan timeout)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using CancellationTokenSource limit = new(timeout);
            socket.ConnectAsync(host, port, limit.Token).AsTask().GetAwaiter().GetResult();
            socket.Blocking = false;
            return new TcpDeviceLink(socket);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new DeviceException(
                DeviceFailure.Unreachable,
                $"no connection to {host}:{port} within {timeout.TotalMilliseconds:0} ms: is the board on, is the address right, "
                + "does a firewall stand between?");
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new DeviceException(
                DeviceFailure.Unreachable,
                $"no connection to {host}:{port} ({e.Message}): is the board on and its network cable plugged, is the address right?",
                e);
        }
    }

    /// <inheritdoc/>
    public void Wait(int timeoutMs)
    {
        try
        {
            socket.Poll(1000 * timeoutMs, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        try
        {
            int count = socket.Receive(buffer, SocketFlags.None, out SocketError error);
            return count == 0 && error == SocketError.Success && !buffer.IsEmpty
                ? throw new IOException("the board closed the connection")
                : Moved(count, error);
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
            int count = socket.Send(bytes, SocketFlags.None, out SocketError error);
            return Moved(count, error);
        }
        catch (ObjectDisposedException e)
        {
            // Who waited for the session's lock may find that the thread that reads has given the link up meanwhile.
            throw new IOException(Closed, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static int Moved(int count, SocketError error) => error switch
    {
        SocketError.Success => count,
        SocketError.WouldBlock or SocketError.Interrupted => 0,
        _ => throw new IOException($"the connection failed ({error})"),
    };
}
