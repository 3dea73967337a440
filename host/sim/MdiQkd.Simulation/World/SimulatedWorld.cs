using System.Net;
using System.Net.Sockets;

namespace MdiQkd.Simulation.World;

/// <summary>
/// The simulated laboratory as a server: state encoders (one port per user), the tagger's tag stream and the optical switch - its own, or
/// that of a virtual board - all on loopback, at the same seams as hardware.
/// </summary>
public sealed class SimulatedWorld : IAsyncDisposable
{
    // Per listener; a device has one client, and a few that linger.
    private const int ConnectionsMax = 16;

    // After a failed accept, so that a machine without free handles is not kept busy as well.
    private const int AcceptPauseMs = 20;

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
        Socket light = Listen(configuration.Switch.LightPort);
        servers.Add(AcceptAsync(light, socket => new LightConnection(socket, laboratory).RunAsync(stopping.Token)));
        EndPoints = new WorldEndPoints(
            (IPEndPoint)tagger.LocalEndPoint!, (IPEndPoint)scpi.LocalEndPoint!, (IPEndPoint)light.LocalEndPoint!, encoders);
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

    /// <summary>Does something to a user's light or actuators that the encoder does not notice.</summary>
    internal Task DisturbAsync(string user, Action<UserDrift> disturb, CancellationToken ct) => laboratory.AskAsync(
        () =>
        {
            disturb(laboratory.Users.Single(each => each.Settings.Name == user).Drift);
            return true;
        },
        ct);

    /// <summary>Closes all connections and listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    // The first server to end has been stopped or has a fault, and a fault ends the world: clients must not wait for it.
    private async Task WatchAsync(List<Task> servers)
    {
        Task first = await Task.WhenAny(servers).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(servers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsFaulted)
        {
            await first.ConfigureAwait(false);
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

    // Null if the client was gone before it was accepted.
    private async Task<Socket?> TryAcceptAsync(Socket listener)
    {
        try
        {
            Socket socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            return socket;
        }
        catch (SocketException e) when (!stopping.IsCancellationRequested)
        {
            laboratory.Log($"a connection failed: {e.Message}");
            await Task.Delay(AcceptPauseMs, stopping.Token).ConfigureAwait(false);
            return null;
        }
    }

    private async Task AcceptAsync(Socket listener, Func<Socket, Task> serve)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket? socket = await TryAcceptAsync(listener).ConfigureAwait(false);
                if (socket is null)
                {
                    continue;
                }

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
