using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>
/// The place where a host reaches this board: opens a stream, and another one when that has closed. One host at a time; between two hosts
/// the link is closed, which the firmware sees.
/// </summary>
public sealed class HostLink : IByteLink, IDisposable
{
    private const int RetryMs = 200;

    private readonly Func<Stream> open;
    private readonly AutoResetEvent wake;
    private readonly ManualResetEvent stopped = new ManualResetEvent(false);
    private readonly Action stop;
    private StreamLink current;
    private StreamLink seen;

    /// <summary>Begins to open streams.</summary>
    /// <param name="open">Waits for a host; an <see cref="IOException"/> or <see cref="SocketException"/> means: try again soon.</param>
    /// <param name="wake">Set when bytes arrive, when there is room for more, and when a host comes or goes; must outlive this link.</param>
    /// <param name="stop">Makes a waiting <paramref name="open"/> fail; null if it never waits.</param>
    public HostLink(Func<Stream> open, AutoResetEvent wake, Action stop = null)
    {
        this.open = open;
        this.wake = wake;
        this.stop = stop;
        new Thread(Run) { IsBackground = true, Name = "host link" }.Start();
    }

    /// <summary>
    /// Whether a host is there. When one host goes and the next comes at once, this is false until asked once, so that the change is not missed.
    /// </summary>
    public bool IsOpen
    {
        get
        {
            StreamLink now = Volatile.Read(ref current);
            bool isSame = ReferenceEquals(now, seen);
            bool wasOpen = seen != null;
            seen = now;
            return now != null && now.IsOpen && (isSame || !wasOpen);
        }
    }

    /// <summary>Listens for hosts over TCP.</summary>
    /// <param name="address">Address and port; port 0 takes a free one, see <paramref name="bound"/>.</param>
    /// <param name="wake">As for the constructor.</param>
    /// <param name="bound">Address that it listens on.</param>
    /// <exception cref="SocketException">The address is in use, or not one of this machine.</exception>
    public static HostLink Listen(IPEndPoint address, AutoResetEvent wake, out IPEndPoint bound)
    {
        TcpListener listener = new TcpListener(address);
        listener.Start(1);
        bound = (IPEndPoint)listener.LocalEndpoint;
        return new HostLink(() => Accept(listener), wake, listener.Stop);
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count) => seen != null ? seen.Read(buffer, offset, count) : 0;

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => seen != null ? seen.Write(buffer, offset, count) : 0;

    /// <summary>Takes no more hosts and closes the link.</summary>
    public void Dispose()
    {
        stopped.Set();
        stop?.Invoke();
        Volatile.Read(ref current)?.Dispose();
    }

    private static NetworkStream Accept(TcpListener listener)
    {
        Socket socket = listener.AcceptSocket();
        socket.NoDelay = true;

        // A host whose power failed says nothing: after about 5 s without an answer its connection counts as closed.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private void Run()
    {
        while (!stopped.WaitOne(0))
        {
            try
            {
                StreamLink link = new StreamLink(open(), wake);
                Volatile.Write(ref current, link);
                wake.Set();
                if (stopped.WaitOne(0))
                {
                    link.Dispose();
                }

                link.WaitForClose();
            }
            catch (Exception e) when (e is IOException || e is SocketException || e is ObjectDisposedException)
            {
                stopped.WaitOne(RetryMs);
            }
        }
    }
}
