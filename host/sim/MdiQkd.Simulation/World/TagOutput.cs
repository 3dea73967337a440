using System.Net.Sockets;
using System.Threading.Channels;
using MdiQkd.Acquisition;

namespace MdiQkd.Simulation.World;

/// <summary>
/// The tagger's end of the tag stream: one client, the newest. A few blocks circulate between the laboratory and the writer,
/// so that simulation and transmission overlap and a slow client holds simulated time back. Without a client time stands still.
/// </summary>
internal sealed class TagOutput
{
    private const int Blocks = 4;

    // What waits in the connection is simulated time by which the world is ahead of the hub's feedback.
    private const int SendBufferBytes = 1 << 17;

    private readonly Channel<TimeTagBlock> free = Channel.CreateBounded<TimeTagBlock>(Blocks);
    private readonly Channel<TimeTagBlock> filled = Channel.CreateBounded<TimeTagBlock>(Blocks);
    private readonly Channel<Socket> clients = Channel.CreateBounded<Socket>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }, dropped => dropped.Dispose());

    private readonly Action freed;
    private readonly Func<CancellationToken, ValueTask> clientArrived;
    private readonly Action<string> log;

    /// <param name="freed">Called when a block has come back.</param>
    /// <param name="clientArrived">Called when a client is there: it wants to know the clock.</param>
    /// <param name="log">Takes one line.</param>
    public TagOutput(Action freed, Func<CancellationToken, ValueTask> clientArrived, Action<string> log)
    {
        this.freed = freed;
        this.clientArrived = clientArrived;
        this.log = log;
        for (int i = 0; i < Blocks; i++)
        {
            free.Writer.TryWrite(new TimeTagBlock());
        }
    }

    /// <summary>An empty block to fill, if the client keeps up.</summary>
    public bool TryTake(out TimeTagBlock? block) => free.Reader.TryRead(out block);

    /// <summary>Sends a block that was taken; blocks go out in order.</summary>
    public void Publish(TimeTagBlock block) => filled.Writer.TryWrite(block);

    /// <summary>A new client replaces the one before.</summary>
    public void Attach(Socket socket)
    {
        socket.SendBufferSize = SendBufferBytes;
        clients.Writer.TryWrite(socket);
    }

    /// <summary>Serves clients until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        TimeTagBlock? unsent = null;
        while (!ct.IsCancellationRequested)
        {
            Socket socket = await clients.Reader.ReadAsync(ct).ConfigureAwait(false);
            unsent = await ServeAsync(socket, unsent, ct).ConfigureAwait(false);
        }
    }

    // Yields the block that the client did not get whole: the next client gets it.
    private async Task<TimeTagBlock?> ServeAsync(Socket socket, TimeTagBlock? block, CancellationToken ct)
    {
        TagStreamWriter writer = new(new NetworkStream(socket, ownsSocket: true));
        await using (writer.ConfigureAwait(false))
        {
            Task<bool> nextClient = clients.Reader.WaitToReadAsync(ct).AsTask();
            try
            {
                await clientArrived(ct).ConfigureAwait(false);
                while (true)
                {
                    block ??= await NextBlockAsync(socket, nextClient, ct).ConfigureAwait(false);
                    if (block is null)
                    {
                        return null;
                    }

                    Task writing = writer.WriteAsync(block, ct).AsTask();
                    await Task.WhenAny(writing, nextClient).ConfigureAwait(false);
                    if (!writing.IsCompleted)
                    {
                        socket.Dispose(); // stuck, and another client is there: the write fails now
                    }

                    await writing.ConfigureAwait(false);
                    free.Writer.TryWrite(block);
                    block = null;
                    freed();
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                log($"tag stream: client lost: {e.Message}");
                return block;
            }
        }
    }

    // Null if the client is gone, or another one has come.
    private async Task<TimeTagBlock?> NextBlockAsync(Socket socket, Task<bool> nextClient, CancellationToken ct)
    {
        while (!nextClient.IsCompleted)
        {
            // A client sends nothing: readable means closed.
            if (socket.Poll(0, SelectMode.SelectRead))
            {
                return null;
            }

            if (filled.Reader.TryRead(out TimeTagBlock? block))
            {
                return block;
            }

            await Task.WhenAny(filled.Reader.WaitToReadAsync(ct).AsTask(), nextClient).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
        }

        return null;
    }
}
