using System.Net.Http.Headers;
using System.Text.Json;
using MdiQkd.Authentication.Pool;
using MdiQkd.Cli.Demo;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Pki;
using MdiQkd.Cli.Processes;
using MdiQkd.Cli.Status;
using MdiQkd.KeyMaterial;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Tests.KeyMemory;

/// <summary>
/// World, hub and two nodes as installed, each a process of its own, with real randomness. Nothing in them is changed for the test: what
/// their secrets were is learnt from outside, from the encoder's line, from files of the nodes and as an application.
/// </summary>
internal sealed class ObservedNetwork : IAsyncDisposable
{
    internal const string A = "inta-1";
    internal const string B = "inta-2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<ChildProcess> children = [];
    private readonly Dictionary<string, ChildProcess> nodes = [];
    private readonly Dictionary<string, EncoderTap> taps = [];
    private readonly Dictionary<string, JournalKeeper> journals = [];
    private readonly DemoFolder folder;
    private readonly ThrowAwayAuthority authority;

    private ObservedNetwork(string root)
    {
        folder = DemoFolder.Make(root);
        authority = new ThrowAwayAuthority(folder.Certificates, TimeProvider.System);
    }

    /// <summary>Two users beside the hub: so little loss and so large an ε that a simulated second gives a key.</summary>
    private static NetworkFile Network => NetworkReader.Example with
    {
        Switch = NetworkReader.Example.Switch with { RelockTimeMs = 10 },
        Interference = NetworkReader.Example.Interference with { Overlap = 1, Extinction = 0.001, PhaseErrorRad = 0.05 },
        Block = NetworkReader.Example.Block with { Sessions = 2, SlotsPerSession = 90_000_000 },
        Security = new(1e-4, 1e-10),
        Users = [.. NetworkReader.Example.Users.Take(2).Select(user => user with { LengthKm = 1, HubLossDb = 0.5 })],
        Pairs = [.. NetworkReader.Example.Pairs.Take(1).Select(pair => pair with { SourceA = Source, SourceB = Source })],
    };

    private static SourceLevels Source { get; } = new(Z: 0.5, V: 0.2, W: 0.05, Pz: 0.4, Pv: 0.2, Pw: 0.25);

    internal static async Task<ObservedNetwork> StartAsync(string root, DaemonPrograms programs, CancellationToken ct)
    {
        ObservedNetwork network = new(root);
        try
        {
            await network.StartAsync(programs, ct);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Process of a node.</summary>
    internal int ProcessOf(string node) => nodes[node].Id;

    /// <summary>Store folder of a node.</summary>
    internal string StoreOf(string node) => folder.StoreFolder(node);

    /// <summary>The pool of the pair as it was provisioned.</summary>
    internal byte[] ProvisionedPool { get; private set; } = [];

    internal EncoderTap TapOf(string node) => taps[node];

    internal JournalKeeper JournalsOf(string node) => journals[node];

    /// <summary>Waits until a node reports a block with a key.</summary>
    internal async Task<ClosedBlock> FirstKeyAsync(string node, CancellationToken ct)
    {
        using MutualTls identity = Identity(DaemonFiles.OperatorName);
        using ManagementClient client = new(identity, node, Address(nodes[node]));
        List<ClosedBlock> seen = [];
        for (long start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < Patience; await Task.Delay(100, ct))
        {
            seen = [.. (await client.TryReadAsync<NodeStatus>(ct))?.Blocks ?? []];
            if (seen.Find(block => block.Distilled) is { } found)
            {
                return found;
            }
        }

        throw new TimeoutException($"no key at {node}; blocks: {string.Join("; ", seen.Select(block => block.Reason))}");
    }

    /// <summary>Delivered keys (id, bits) of one request, as an application gets them; on a connection that stays open.</summary>
    internal static async Task<List<(string Id, byte[] Key)>> GetKeysAsync(HttpClient application, string path, CancellationToken ct)
    {
        using HttpResponseMessage response = await application.GetAsync(path, ct);
        byte[] body = await response.Content.ReadAsByteArrayAsync(ct);
        Assert.True(response.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(body));
        using JsonDocument document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray()
            .Select(key => (key.GetProperty("key_ID").GetString()!, key.GetProperty("key").GetBytesFromBase64()))];
    }

    /// <summary>The application at a node.</summary>
    internal HttpClient ApplicationAt(string node)
    {
        HttpClient client = new(new SocketsHttpHandler
        {
            SslOptions = Identity(DaemonFiles.ApplicationName(node)).ClientOptions(node), UseProxy = false,
        })
        { BaseAddress = Address(nodes[node]), Timeout = Patience };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess child in Enumerable.Reverse(children))
        {
            await child.DisposeAsync();
        }

        foreach (IAsyncDisposable observer in taps.Values.Concat<IAsyncDisposable>(journals.Values))
        {
            await observer.DisposeAsync();
        }

        authority.Dispose();
        folder.Dispose();
    }

    private static Uri Address(ChildProcess child) => new(child.Ready.GetProperty("url").GetString()!);

    private async Task StartAsync(DaemonPrograms programs, CancellationToken ct)
    {
        foreach (string name in new[]
        {
            NetworkFile.HubName, DaemonFiles.OperatorName, A, B, DaemonFiles.ApplicationName(A), DaemonFiles.ApplicationName(B),
        })
        {
            authority.Issue(name);
        }

        KeyPool.Provision(
            folder.PoolFile(A, B), A, folder.PoolFile(B, A), B, new OperatingSystemRandomness(), KeyPool.ProvisionedPadsMin);
        ProvisionedPool = await File.ReadAllBytesAsync(folder.PoolFile(A, B), ct);
        DaemonFiles files = new(folder, authority, Network);
        ChildProcess world = await StartAsync(DaemonFiles.WorldName, programs.World, files.WriteWorld(null), ct);
        WorldAddresses addresses = WorldAddresses.Read(world.Ready);
        ChildProcess board = await StartAsync(
            DaemonPrograms.BoardSpec(programs.Board, "0", users: 2, addresses.Light, tagger: null, folder.LogFile(DaemonFiles.BoardName)), ct);
        string hubFile = files.WriteHub(addresses, BoardAddress.Read(board.Ready), TagPath.Array);
        ChildProcess hub = await StartAsync(NetworkFile.HubName, programs.Hub, hubFile, ct);
        foreach (string node in new[] { A, B })
        {
            taps[node] = new EncoderTap(addresses.Encoders[node]);
            journals[node] = new JournalKeeper(StoreOf(node));
        }

        addresses = addresses with { Encoders = taps.ToDictionary(tap => tap.Key, tap => tap.Value.Address) };
        foreach (string node in new[] { A, B })
        {
            nodes[node] = await StartAsync(node, programs.Node, files.WriteNode(node, Address(hub), addresses), ct);
        }
    }

    private Task<ChildProcess> StartAsync(string name, IReadOnlyList<string> program, string file, CancellationToken ct) =>
        StartAsync(DaemonPrograms.Spec(name, program, file, folder.LogFile(name)), ct);

    private async Task<ChildProcess> StartAsync(ChildSpec spec, CancellationToken ct)
    {
        ChildProcess child = await ChildProcess.StartAsync(spec, Patience, ct);
        children.Add(child);
        return child;
    }

    private MutualTls Identity(string name) =>
        MutualTls.Load(authority.CertificateFile(name), authority.KeyFile(name), authority.TrustAnchorFile);
}
