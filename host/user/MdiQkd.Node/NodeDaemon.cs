using System.Net;
using System.Security.Cryptography.X509Certificates;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyDelivery;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Etsi014;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.KeyMaterial;
using MdiQkd.KeyMaterial.Randomness;
using MdiQkd.Node.Alignment;
using MdiQkd.Node.Pair;
using MdiQkd.Node.Service;
using MdiQkd.Node.Storage;
using MdiQkd.Preparation;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MutualTls = MdiQkd.Transport.MutualTls;

namespace MdiQkd.Node;

/// <summary>
/// The daemon of a user site: the only place where key exists. Composes the pair engines with encoder, hub stream, key store
/// and key delivery.
/// </summary>
public sealed class NodeDaemon : IPeerLink, IAsyncDisposable
{
    private const int ReportsShown = 100;
    private const string SystemRandomness = "operating system";

    private readonly NodeConfiguration configuration;
    private readonly HardwareRandomness? hardware;
    private readonly MutualTls tls;
    private readonly NodeStore store;
    private readonly StorageKey storageKey;
    private readonly KeyStore keys;
    private readonly List<KeyPool> pools = [];
    private readonly Dictionary<string, PairRunner> runners = new(StringComparer.Ordinal);
    private readonly EncoderEmission emission;
    private readonly HubConnection hub;
    private readonly AlignmentControl alignment;
    private readonly KeyAgreement agreement;
    private readonly WebApplication web;

    private NodeDaemon(NodeConfiguration configuration, string baseDirectory, IKeyRandomness randomness)
    {
        this.configuration = configuration;
        string Resolve(string path) => Path.GetFullPath(path, baseDirectory);
        if (configuration.Randomness is { } noise)
        {
            hardware = HardwareRandomness.Open(noise with { Path = Resolve(noise.Path) }, randomness);
            randomness = hardware;
        }

        tls = MutualTls.Load(
            Resolve(configuration.Certificate), Resolve(configuration.CertificateKey), Resolve(configuration.TrustAnchor));
        string data = Resolve(configuration.DataDirectory);
        Directory.CreateDirectory(data);
        store = new NodeStore(Path.Combine(data, "node.db"));
        storageKey = StorageKey.LoadOrCreate(Path.Combine(data, "storage.key"));
        keys = KeyStore.Open(Path.Combine(data, "keys.db"), configuration.Node, storageKey);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        }).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ErasedMemoryPoolFactory>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPEndPoint.Parse(configuration.Listen), listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(tls.Configure);
        }));
        web = builder.Build();
        ILogger log = web.Services.GetRequiredService<ILoggerFactory>().CreateLogger(configuration.Node);
        TimeProvider time = TimeProvider.System;
        if (KeyMemory.Probe(SecretBits.BitCountMax) is { } refusal)
        {
            log.LogWarning("{Refusal}: switch off swap space and core dumps on this machine", refusal);
        }

        emission = new EncoderEmission(IPEndPoint.Parse(configuration.Encoder), randomness, time, log);
        hub = new HubConnection(configuration, tls, time, log);
        alignment = new AlignmentControl(
            emission.AlignAsync,
            (peer, state) => hub.Send(new NodeMessage { Peer = peer, AlignmentState = state }),
            log);
        KeyDeliveryOptions options = new()
        {
            Node = configuration.Node,
            Directory = new SaeDirectory(configuration.Applications.Select(entry => new SaeEntry(entry.Key, entry.Value))),
        };
        agreement = new KeyAgreement(
            keys, this, options.Validated(), time, web.Services.GetRequiredService<ILoggerFactory>().CreateLogger<KeyAgreement>());
        byte[] journalKey = GC.AllocateArray<byte>(StorageKey.Size, pinned: true);
        storageKey.Derive("choice journal"u8, journalKey);
        foreach (PeerSettings peer in configuration.Peers)
        {
            runners.Add(peer.Node, MakeRunner(peer, data, journalKey, randomness, time, log));
        }

        Wire();
        web.MapEtsi014(agreement);
        web.MapGet("/manage/v1/status", (HttpContext context) => IsOperator(context)
            ? Results.Json(Status(), DaemonConsole.Json)
            : Results.Json(new { message = "this certificate is no operator's" }, statusCode: StatusCodes.Status401Unauthorized));
    }

    /// <summary>Runs a node to its end; the composition root passes the source of randomness.</summary>
    /// <param name="arguments">Command line: <c>--config FILE</c>.</param>
    /// <param name="randomness">The operating system's generator, or the seeded one of a simulation.</param>
    /// <returns>Exit code: 0 stopped, 1 cannot run, 2 wrong command line or configuration.</returns>
    public static async Task<int> RunAsync(string[] arguments, IKeyRandomness randomness)
    {
        ParentWatch.Arm();
        if (arguments is not ["--config", string file])
        {
            await Console.Error.WriteLineAsync(
                "usage: MdiQkd.Node --config FILE   runs the user node that FILE (JSON) describes").ConfigureAwait(false);
            return arguments is ["--help"] or ["-h"] ? 0 : 2;
        }

        NodeConfiguration configuration;
        try
        {
            configuration = DaemonConsole.ReadConfiguration<NodeConfiguration>(file);
            if (configuration.Fault() is { } fault)
            {
                throw new InvalidDataException($"{file}: {fault}");
            }
        }
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 2;
        }

        try
        {
            NodeDaemon daemon = new(configuration, Path.GetDirectoryName(Path.GetFullPath(file))!, randomness);
            await using (daemon.ConfigureAwait(false))
            {
                await daemon.RunAsync().ConfigureAwait(false);
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or KeyStoreException or UnauthorizedAccessException or ArgumentException
            or RandomnessException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    /// <inheritdoc/>
    public Task<byte[]> RequestAsync(string peerNode, ReadOnlyMemory<byte> message, CancellationToken ct) =>
        runners.TryGetValue(peerNode, out PairRunner? runner)
            ? runner.RequestAsync(message, ct)
            : throw new PeerUnavailableException(peerNode, "not a peer of this node");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync().ConfigureAwait(false);
        await emission.DisposeAsync().ConfigureAwait(false);
        foreach (PairRunner runner in runners.Values)
        {
            runner.Dispose();
        }

        agreement.Dispose();
        pools.ForEach(pool => pool.Dispose());
        keys.Dispose();
        storageKey.Dispose();
        store.Dispose();
        tls.Dispose();
        hardware?.Dispose();
    }

    private PairRunner MakeRunner(
        PeerSettings peer, string data, byte[] journalKey, IKeyRandomness randomness, TimeProvider time, ILogger log)
    {
        string poolFile = Path.Combine(data, $"pool-{peer.Node}.mdq");
        if (!KeyPool.TryOpen(poolFile, configuration.Node, peer.Node, new KeyPoolSettings(), out KeyPool? pool, out KeyPoolError? error))
        {
            throw new InvalidOperationException(error.Message);
        }

        pools.Add(pool);
        if (pool.IsComputational)
        {
            if (!configuration.AcceptComputationalPools)
            {
                throw new InvalidOperationException(
                    $"{poolFile}: its first keys come from a computational bootstrap; provision it by hand, or set acceptComputationalPools to true");
            }

            log.LogWarning(
                "the pool with {Peer} was begun by ML-KEM and ML-DSA: the first blocks are authenticated computationally", peer.Node);
        }

        return new PairRunner(peer.Node, time, log, onKeyMessage => new PairEngine(new PairContext
        {
            Node = configuration.Node,
            Peer = peer,
            Block = configuration.Block,
            Timing = configuration.Timing,
            Pilots = configuration.Pilots,
            Store = store,
            JournalDirectory = Path.Combine(data, "journal"),
            StorageKey = journalKey,
            Emission = emission,
            Pool = pool,
            Keys = keys,
            Randomness = randomness,
            Codes = CodeBook.Default,
            Time = time,
            Log = log,
            ToHub = hub.Send,
            OnKeyMessage = onKeyMessage,
            WantSync = () => _ = Task.Run(() => SynchroniseAsync(peer.Node)),
        }));
    }

    private void Wire()
    {
        emission.OnProgress = OnProgress;
        emission.OnAlignment = alignment.OnReport;
        hub.OnAttached = () => ForEachRunner(engine => engine.OnHubAttached());
        hub.OnLost = () => ForEachRunner(engine => engine.OnHubLost());
        hub.OnMessage = message =>
        {
            if (!runners.TryGetValue(message.Peer, out PairRunner? runner))
            {
                return;
            }

            if (message.BodyCase == HubMessage.BodyOneofCase.Adjustment)
            {
                alignment.OnAdjustment(message.Peer, message.Adjustment);
            }
            else
            {
                runner.OnHubMessage(message);
            }
        };
        foreach ((string peer, PairRunner runner) in runners)
        {
            runner.HandleRequest = body => agreement.HandleRequestAsync(peer, body, CancellationToken.None);
        }
    }

    private async Task RunAsync()
    {
        await web.StartAsync().ConfigureAwait(false);
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(web.Lifetime.ApplicationStopping);
        List<Task> running =
        [
            emission.RunAsync(stopping.Token),
            hub.RunAsync(stopping.Token),
            agreement.RunAsync(stopping.Token),
            .. runners.Values.Select(runner => runner.RunAsync(stopping.Token)),
        ];
        if (hardware is not null)
        {
            running.Add(hardware.WatchAsync(TimeProvider.System, stopping.Token));
        }

        DaemonConsole.Ready(configuration.Node, web.Urls.Single());
        try
        {
            await Task.WhenAny(running).Unwrap().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await web.StopAsync().ConfigureAwait(false);
        }
    }

    private void OnProgress(EncoderProgress progress)
    {
        alignment.OnEmission(progress.Session, progress.EmittedSlots, progress.Ended, configuration.Timing.SlotPeriodPs);
        foreach (PairRunner runner in runners.Values)
        {
            runner.OnEmission(progress.Session, progress.EmittedSlots, progress.Ended);
        }
    }

    private async Task SynchroniseAsync(string peer)
    {
        try
        {
            await agreement.SyncAsync(peer, CancellationToken.None).ConfigureAwait(false);
            runners[peer].Post(engine => engine.OnSynchronised());
        }
        catch (Exception e) when (e is PeerUnavailableException or KeyStoreException)
        {
            // The agreement tries again by itself when the peer is back.
        }
    }

    private void ForEachRunner(Action<PairEngine> call)
    {
        foreach (PairRunner runner in runners.Values)
        {
            runner.Post(call);
        }
    }

    private bool IsOperator(HttpContext context) =>
        context.Connection.ClientCertificate is X509Certificate2 certificate
        && configuration.Operators.Contains(MutualTls.CommonName(certificate));

    private NodeStatus Status() => new(
        configuration.Node,
        hub.IsUp,
        hardware is null ? SystemRandomness : $"{SystemRandomness} and {hardware.Name}",
        KeyMemoryStatus.Now,
        [.. runners.Values.Select(runner => runner.Status).OfType<PairStatus>()],
        store.Reports(ReportsShown));
}
