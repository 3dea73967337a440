using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MdiQkd.Acquisition;

/// <summary>One SCPI connection: a line out, a line back, each within a time limit.</summary>
internal sealed class ScpiLink : IDisposable
{
    /// <summary>Longest reply; a full 576-port state is about 5 kB.</summary>
    private const int ReplyBytesMax = 16 * 1024;

    private readonly Socket socket;
    private readonly TimeSpan timeout;
    private readonly byte[] buffer = new byte[ReplyBytesMax];
    private int buffered;

    private ScpiLink(Socket socket, TimeSpan timeout)
    {
        this.socket = socket;
        this.timeout = timeout;
    }

    /// <summary>Connects within the time limit.</summary>
    /// <exception cref="OpticalSwitchException">Refused, or not in time.</exception>
    public static async Task<ScpiLink> ConnectAsync(IPEndPoint endPoint, TimeSpan timeout, CancellationToken ct)
    {
        ScpiLink link = new(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, timeout);
        try
        {
            await link.WithinAsync($"connect to {endPoint}", limit => link.socket.ConnectAsync(endPoint, limit), ct)
                .ConfigureAwait(false);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command that has no reply.</summary>
    public Task SendAsync(string command, CancellationToken ct) =>
        WithinAsync(command, limit => WriteAsync(command, limit), ct);

    /// <summary>Sends a query and yields its reply line without the line end.</summary>
    public async Task<string> QueryAsync(string query, CancellationToken ct)
    {
        string reply = string.Empty;
        await WithinAsync(
            query,
            async limit =>
            {
                await WriteAsync(query, limit).ConfigureAwait(false);
                reply = await ReadLineAsync(query, limit).ConfigureAwait(false);
            },
            ct).ConfigureAwait(false);
        return reply;
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask WriteAsync(string line, CancellationToken ct)
    {
        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(line + "\n");
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, ct).ConfigureAwait(false)..];
        }
    }

    private async ValueTask<string> ReadLineAsync(string query, CancellationToken ct)
    {
        while (true)
        {
            int length = buffer.AsSpan(0, buffered).IndexOf((byte)'\n');
            if (length >= 0)
            {
                string line = Encoding.ASCII.GetString(buffer, 0, length).TrimEnd('\r');
                buffered -= length + 1;
                buffer.AsSpan(length + 1, buffered).CopyTo(buffer);
                return line;
            }

            int got = buffered == buffer.Length
                ? throw new OpticalSwitchException($"optical switch: the reply to '{query}' has more than {ReplyBytesMax} bytes")
                : await socket.ReceiveAsync(buffer.AsMemory(buffered), ct).ConfigureAwait(false);
            if (got == 0)
            {
                throw new OpticalSwitchException($"optical switch: the connection closed before a reply to '{query}'");
            }

            buffered += got;
        }
    }

    private async Task WithinAsync(string what, Func<CancellationToken, ValueTask> action, CancellationToken ct)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            await action(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new OpticalSwitchException($"optical switch: no answer to '{what}' within {timeout.TotalMilliseconds} ms");
        }
        catch (SocketException error)
        {
            throw new OpticalSwitchException($"optical switch: '{what}' failed: {error.Message}", error);
        }
    }
}
