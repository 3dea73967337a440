using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// The fibres behind a virtual board: tells a simulated world, at each change, whose light the switch lets through to which measurement
/// input, as a line <c>USER USER</c> in ASCII, 0 = none. The end of the connection means dark.
/// </summary>
/// <param name="board">The board.</param>
public sealed class LightReporter(SimulatedBoard board)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(1);

    private readonly Queue<(int Input1, int Input2)> changes = new();
    private (int, int)? last;

    /// <summary>Reports until cancelled.</summary>
    /// <param name="world">Where the world listens for light.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SocketException">The world cannot be reached.</exception>
    /// <exception cref="IOException">The world is gone.</exception>
    public async Task RunAsync(IPEndPoint world, CancellationToken ct)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(world, ct).ConfigureAwait(false);
        using PeriodicTimer timer = new(LookPeriod);
        board.LightSwitched += Note;
        try
        {
            do
            {
                Note();
                while (TryTake(out string line))
                {
                    await SendAsync(socket, Encoding.ASCII.GetBytes(line), ct).ConfigureAwait(false);
                }
            }
            while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false) && !IsClosed(socket));
        }
        finally
        {
            board.LightSwitched -= Note;
        }

        ct.ThrowIfCancellationRequested();
        throw new IOException($"the simulated world at {world} is gone");
    }

    // Called at every edge of the light-enable line, so that no dark moment is missed however late this process is, and every
    // millisecond, for units that move by themselves.
    private void Note()
    {
        lock (board.Gate)
        {
            if (last != board.Light)
            {
                last = board.Light;
                changes.Enqueue(board.Light);
            }
        }
    }

    private bool TryTake(out string line)
    {
        lock (board.Gate)
        {
            bool isThere = changes.TryDequeue(out (int Input1, int Input2) light);
            line = isThere ? string.Create(CultureInfo.InvariantCulture, $"{light.Input1} {light.Input2}\n") : "";
            return isThere;
        }
    }

    // The world sends nothing: readable means closed.
    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);

    private static async Task SendAsync(Socket socket, byte[] line, CancellationToken ct)
    {
        try
        {
            await socket.SendAsync(line, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"the simulated world does not take light: {e.Message}", e);
        }
    }
}
