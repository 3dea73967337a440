using System.Text.Json;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Processes;

namespace MdiQkd.Cli.Demo;

/// <summary>
/// The processes of a demo: world, board, hub, nodes, started in this order because each needs the addresses of those before. A
/// node or board that dies is started again, a few times; without world or hub there is nothing left to show.
/// </summary>
internal sealed class DemoDaemons : IAsyncDisposable
{
    /// <summary>Restarts of one node or the board before the demo gives up: more than a curious user kills, few enough to end.</summary>
    internal const int RestartsMax = 5;

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(30);

    // Ctrl-C reaches the children directly; their end may be seen before this process has noticed its own signal.
    private static readonly TimeSpan SignalGrace = TimeSpan.FromMilliseconds(300);

    private readonly DemoOptions options;
    private readonly DemoFolder folder;
    private readonly DaemonFiles files;
    private readonly Dictionary<string, ChildProcess> nodes = [];
    private readonly Dictionary<string, int> starts = [];
    private ChildProcess? world;
    private ChildProcess? board;
    private WorldAddresses? addresses;
    private ChildProcess? hub;

    private DemoDaemons(DemoOptions options, DemoFolder folder, DaemonFiles files)
    {
        this.options = options;
        this.folder = folder;
        this.files = files;
    }

    /// <summary>Address of the hub.</summary>
    internal Uri HubAddress => Address(hub!);

    /// <summary>Starts all of them; none is left if one fails.</summary>
    /// <exception cref="ChildProcessException">One could not be started.</exception>
    internal static async Task<DemoDaemons> StartAsync(
        DemoOptions options, DemoFolder folder, DaemonFiles files, CancellationToken ct)
    {
        DemoDaemons daemons = new(options, folder, files);
        try
        {
            await daemons.StartAllAsync(ct).ConfigureAwait(false);
            return daemons;
        }
        catch
        {
            await daemons.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Address of a node; another one after a restart.</summary>
    internal Uri NodeAddress(string node) => Address(nodes[node]);

    /// <summary>Looks after the processes once: starts dead nodes and a dead board again.</summary>
    /// <returns>A line about every restart.</returns>
    /// <exception cref="DemoException">World or hub died, or a node or the board too often.</exception>
    internal async Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct)
    {
        if (!AnyEnded())
        {
            return [];
        }

        await Task.Delay(SignalGrace, ct).ConfigureAwait(false);
        foreach (ChildProcess child in new[] { world!, hub! })
        {
            if (child.Ended.IsCompleted)
            {
                throw new DemoException($"{child.Spec.Name} died: {child.EndReason}");
            }
        }

        List<string> notes = [];
        if (board!.Ended.IsCompleted)
        {
            ChildProcess dead = board;
            string port = BoardAddress.Read(dead.Ready).Split(':')[^1];
            notes.Add(await RestartAsync(dead, async () => board = await StartBoardAsync(port, ct).ConfigureAwait(false))
                .ConfigureAwait(false));
        }

        foreach (ChildProcess dead in nodes.Values.Where(node => node.Ended.IsCompleted).ToArray())
        {
            string name = dead.Spec.Name;
            notes.Add(await RestartAsync(dead, async () => nodes[name] = await StartNodeAsync(name, ct).ConfigureAwait(false))
                .ConfigureAwait(false));
        }

        return notes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nodes first: they close their stores; the world last, because it is what everything else talks to.
        await Task.WhenAll(nodes.Values.Select(node => node.DisposeAsync().AsTask())).ConfigureAwait(false);
        foreach (ChildProcess? child in new[] { hub, board, world })
        {
            if (child is not null)
            {
                await child.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static Uri Address(ChildProcess child) =>
        child.Ready.TryGetProperty("url", out JsonElement url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new ChildProcessException($"{child.Spec.Name}: its ready line lacks an address");

    private bool AnyEnded() =>
        world!.Ended.IsCompleted || board!.Ended.IsCompleted || hub!.Ended.IsCompleted || nodes.Values.Any(node => node.Ended.IsCompleted);

    private async Task StartAllAsync(CancellationToken ct)
    {
        string worldFile = files.WriteWorld(DemoSeeds.World(options.Seed));
        world = await ChildProcess.StartAsync(
            Spec(DaemonFiles.WorldName, options.Programs.World, worldFile), ReadyTimeout, ct).ConfigureAwait(false);
        addresses = WorldAddresses.Read(world.Ready);
        board = await StartBoardAsync("0", ct).ConfigureAwait(false);

        string hubFile = files.WriteHub(addresses, BoardAddress.Read(board.Ready), options.Tags);
        hub = await ChildProcess.StartAsync(
            Spec(NetworkFile.HubName, options.Programs.Hub, hubFile), ReadyTimeout, ct).ConfigureAwait(false);

        string[] names = [.. options.Network.Users.Select(user => user.Name)];
        foreach (string name in names)
        {
            files.WriteNode(name, HubAddress, addresses);
        }

        // One failure must not leave the others running unseen: wait for all, keep those that came up, then report.
        Task<ChildProcess>[] starting = [.. names.Select(name => StartNodeAsync(name, ct))];
        await Task.WhenAll(starting).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        foreach (Task<ChildProcess> node in starting.Where(node => node.IsCompletedSuccessfully))
        {
            ChildProcess child = await node.ConfigureAwait(false);
            nodes[child.Spec.Name] = child;
        }

        await Task.WhenAll(starting).ConfigureAwait(false);
    }

    private async Task<string> RestartAsync(ChildProcess dead, Func<Task> start)
    {
        string name = dead.Spec.Name;
        int restart = starts[name];
        if (restart > RestartsMax)
        {
            throw new DemoException($"{name} died {restart} times, the last time: {dead.EndReason}");
        }

        string note = $"{name} died ({dead.EndReason}), started again ({restart} of {RestartsMax})";
        await start().ConfigureAwait(false);
        await dead.DisposeAsync().ConfigureAwait(false);
        return note;
    }

    // On the port that the hub knows, once there is one.
    private Task<ChildProcess> StartBoardAsync(string port, CancellationToken ct)
    {
        starts[DaemonFiles.BoardName] = starts.GetValueOrDefault(DaemonFiles.BoardName) + 1;
        int users = Math.Max(2, options.Network.Users.Max(user => user.Port));
        string? tagger = options.Tags == TagPath.Board ? addresses!.Tagger : null;
        return ChildProcess.StartAsync(
            DaemonPrograms.BoardSpec(
                options.Programs.Board, port, users, addresses!.Light, tagger, folder.LogFile(DaemonFiles.BoardName)),
            ReadyTimeout,
            ct);
    }

    private Task<ChildProcess> StartNodeAsync(string name, CancellationToken ct)
    {
        int start = starts[name] = starts.GetValueOrDefault(name) + 1;
        ChildSpec spec = options.Seed is { } seed
            ? Spec(name, options.Programs.SeededNode, folder.ConfigurationFile(name), new Dictionary<string, string>
            {
                [DemoSeeds.Variable] = DemoSeeds.Node(seed, name, start),
            })
            : Spec(name, options.Programs.Node, folder.ConfigurationFile(name));
        return ChildProcess.StartAsync(spec, ReadyTimeout, ct);
    }

    private ChildSpec Spec(
        string name, IReadOnlyList<string> program, string file, IReadOnlyDictionary<string, string>? environment = null) =>
        DaemonPrograms.Spec(name, program, file, folder.LogFile(name), environment);
}
