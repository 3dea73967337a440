using System.Net;
using System.Net.Sockets;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Harness;

/// <summary>A scripted board behind a TCP port, with a capture that runs by itself; the cable can be unplugged and plugged.</summary>
internal sealed class TcpBoard : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;
    private volatile bool isUnplugged;
    private long tick;

    public TcpBoard()
    {
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    public ScriptedBoard Board { get; } = new();

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Tags per round, about a millisecond; channels 1 and 2 in turn.</summary>
    public int TagsPerRound { get; set; } = 20;

    /// <summary>Called in every round; yields whether the link is to be cut now.</summary>
    public Func<bool> Cuts { get; set; } = () => false;

    /// <summary>Called in every round.</summary>
    public Action Round { get; set; } = () => { };

    public List<long> SentTicks { get; } = [];

    /// <summary>Starts the board's clock anew, as switching it off and on does.</summary>
    public void Restart()
    {
        Board.Restart();
        tick = 0;
    }

    /// <summary>Nothing answers any more.</summary>
    public void Unplug() => isUnplugged = true;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
    }

    private async Task ServeAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                socket.NoDelay = true;
                Serve(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The host has gone, or this board ends.
            }
        }
    }

    private void Serve(Socket socket)
    {
        byte[] buffer = new byte[1 << 14];
        while (!stopping.IsCancellationRequested && !isUnplugged)
        {
            if (socket.Poll(1000, SelectMode.SelectRead))
            {
                int count = socket.Receive(buffer);
                if (count == 0)
                {
                    return;
                }

                for (int taken = 0; taken < count;)
                {
                    taken += Board.Write(buffer.AsSpan(taken, count - taken));
                }
            }

            Round();
            Capture();
            for (int count; (count = Board.Read(buffer)) > 0;)
            {
                socket.Send(buffer.AsSpan(0, count));
            }

            if (Cuts())
            {
                return;
            }
        }
    }

    private void Capture()
    {
        if (Board.CaptureState == CaptureState.Draining)
        {
            Board.EndCapture();
        }
        else if (Board.CaptureState == CaptureState.Running && TagsPerRound > 0)
        {
            (long, byte)[] tags = [.. Enumerable.Range(1, TagsPerRound).Select(i => (tick + (1000L * i), (byte)(1 + (i % 2))))];
            if (Board.TrySendBlock(tags, tick + (1000L * TagsPerRound) + 500))
            {
                SentTicks.AddRange(tags.Select(t => t.Item1));
                tick += (1000L * TagsPerRound) + 500;
            }
        }
    }
}
