using System.Net;
using System.Net.Sockets;

namespace MdiQkd.Simulation.World;

/// <summary>
/// The simulated laboratory as a server: state encoders (one port per user), the tagger's tag stream and the optical switch, all on
/// loopback, at the same seams as hardware.
/// </summary>
public sealed class SimulatedWorld : IAsyncDisposable
{
    // Per listener; a device has one client, and a few that linger.
    private const int ConnectionsMax = 16;

    private readonly CancellationTokenSource stopping = new();
    private readonly Laboratory laboratory;
    private readonly List<Socket> listeners = [];
    private readonly Task completion;

    private SimulatedWorld(WorldConfiguration configuration, Action<string> log)
    {
        laboratory = new Laboratory(configuration, log);
        List<Task> servers = [laboratory.RunAsync(stopping.Token), laboratory.Output.RunAsync(stopping.Token)];
        Dictionary<string, IPEndPoint> encoders = [];
        foreach (LabUser user in laboratory.Users)
        {
            Socket listener = Listen(user.Settings.EncoderPort);
            encoders.Add(user.Settings.Name, (IPEndPoint)listener.LocalEndPoint!);
            servers.Add(AcceptAsync(
                listener, socket => new EncoderConnection(socket, user, laboratory).RunAsync(stopping.Token)));
        }

        Socket tagger = Listen(configuration.TaggerPort);
        servers.Add(AcceptAsync(tagger, socket =>
        {
            laboratory.Output.Attach(socket);
            return Task.CompletedTask;
        }));
        Socket scpi = Listen(configuration.Switch.ScpiPort);
        servers.Add(AcceptAsync(scpi, socket => new SwitchConnection(socket, laboratory).RunAsync(stopping.Token)));
        EndPoints = new WorldEndPoints(
            (IPEndPoint)tagger.LocalEndPoint!, (IPEndPoint)scpi.LocalEndPoint!, encoders);
        completion = WatchAsync(servers);
    }

    /// <summary>Where the devices listen.</summary>
    public WorldEndPoints EndPoints { get; }

    /// <summary>Ends when the world is disposed; fails if it broke.</summary>
    public Task Completion => completion;

    /// <summary>Binds all ports and starts.</summary>
    /// <param name="configuration">Without a fault.</param>
    /// <param name="log">Takes one line per event worth a line; any thread.</param>
    /// <exception cref="ArgumentException">The configuration has a fault.</exception>
    /// <exception cref="SocketException">A port is in use.</exception>
    public static SimulatedWorld Start(WorldConfiguration configuration, Action<string>? log = null)
    {
        if (configuration.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(configuration));
        }

        return new SimulatedWorld(configuration, log ?? (_ => { }));
    }

    /// <summary>Closes all connections and listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket listener in listeners)
        {
            listener.Dispose();
        }

        await completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private static async Task WatchAsync(List<Task> servers)
    {
        try
        {
            // The first to end is either the stop or a fault, and a fault ends the world at once.
            await (await Task.WhenAny(servers).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(servers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Socket Listen(int port)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listeners.Add(listener);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(ConnectionsMax);
            return listener;
        }
        catch
        {
            stopping.Cancel();
            listeners.ForEach(each => each.Dispose());
            throw;
        }
    }

    private async Task AcceptAsync(Socket listener, Func<Socket, Task> serve)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                socket.NoDelay = true;
                connections.RemoveAll(connection => connection.IsCompletedSuccessfully);
                if (connections.Find(connection => connection.IsFaulted) is { } broken)
                {
                    await broken.ConfigureAwait(false);
                }

                if (connections.Count >= ConnectionsMax)
                {
                    socket.Dispose();
                    continue;
                }

                connections.Add(serve(socket));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
