using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MdiQkd.Preparation.Encoder;
using MdiQkd.Protocol;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>Stands between a node and its state encoder, passes everything on and keeps the state keys that it sees.</summary>
internal sealed class EncoderTap : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint encoder;
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task listening;

    internal EncoderTap(string encoder)
    {
        this.encoder = IPEndPoint.Parse(encoder);
        listener.Start();
        listening = Task.Run(ListenAsync);
    }

    /// <summary>Where the node finds its encoder.</summary>
    internal string Address => listener.LocalEndpoint.ToString()!;

    /// <summary>State keys so far.</summary>
    internal ConcurrentDictionary<SessionId, byte[]> StateKeys { get; } = new();

    /// <summary>Lets commands to arm a session pass; until then they wait here, and the node with them.</summary>
    internal void Open() => opened.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            using TcpClient node = await listener.AcceptTcpClientAsync(closing.Token);
            using TcpClient device = new();
            await device.ConnectAsync(encoder, closing.Token);
            Task back = device.GetStream().CopyToAsync(node.GetStream(), closing.Token);
            await PassAsync(node.GetStream(), device.GetStream());
            device.Close();
            await back.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[1 << 16];
        int filled = 0;
        while (await from.ReadAsync(buffer.AsMemory(filled), closing.Token) is > 0 and int read)
        {
            filled += read;
            int at = 0;
            while (EncoderFrames.Read(buffer.AsSpan(at, filled - at), out EncoderMessage? message, out int length) == EncoderFrameError.None)
            {
                if (message is ArmCommand arm)
                {
                    StateKeys[arm.Light.Session] = arm.StateKey;
                    await opened.Task.WaitAsync(closing.Token);
                }

                await to.WriteAsync(buffer.AsMemory(at, length), closing.Token);
                at += length;
            }

            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
        }
    }
}
