using System.Net;
using System.Net.Sockets;

namespace MdiQkd.Acquisition;

/// <summary>Tag stream of a time tagger that listens on TCP; the tagger sends, nothing is sent to it.</summary>
public static class TcpTagSource
{
    private const int ReceiveBufferBytes = 1 << 17;

    /// <summary>Connects and yields the source, which owns the connection.</summary>
    /// <exception cref="SocketException">The tagger cannot be reached.</exception>
    public static async Task<ITimeTagSource> ConnectAsync(IPEndPoint endPoint, CancellationToken ct)
    {
        // Set, the buffer does not grow: what waits in it is old, and feedback on the light is no better than its newest tags.
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBufferBytes };
        try
        {
            await socket.ConnectAsync(endPoint, ct).ConfigureAwait(false);
            return new TagStreamReader(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
