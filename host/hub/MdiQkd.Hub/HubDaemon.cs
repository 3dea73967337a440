using System.Net;
using System.Security.Cryptography.X509Certificates;
using MdiQkd.Hub.Pair;
using MdiQkd.Hub.Service;
using MdiQkd.Hub.Station;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MdiQkd.Hub;

/// <summary>
/// The daemon of the untrusted hub: measures, announces, sifts and decodes public data, relays. It holds no key type and
/// refers to no user code.
/// </summary>
public sealed class HubDaemon : IAsyncDisposable
{
    private readonly HubConfiguration configuration;
    private readonly MutualTls tls;
    private readonly WebApplication web;
    private readonly HubLoop loop;
    private readonly HubCore core;
    private readonly DecoderPool decoders;
    private readonly ILogger log;
    private volatile MeasurementStation? station;
    private volatile BoardWatch? board;

    private HubDaemon(HubConfiguration configuration, string baseDirectory)
    {
        this.configuration = configuration;
        tls = MutualTls.Load(
            Path.GetFullPath(configuration.Certificate, baseDirectory),
            Path.GetFullPath(configuration.CertificateKey, baseDirectory),
            Path.GetFullPath(configuration.TrustAnchor, baseDirectory));
        NodeLinks links = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Configure(builder.Logging);
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = TransportLimits.MessageBytesMax;
            options.MaxSendMessageSize = TransportLimits.MessageBytesMax;
        });
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(links);
        builder.Services.AddSingleton(services => new HubLoop(Logger(services)));
        builder.Services.AddSingleton(services => new DecoderPool(
            services.GetRequiredService<HubLoop>(), TimeProvider.System, Logger(services)));
        builder.Services.AddSingleton(services => new HubCore(
            configuration.Users.Select(user => user.Name),
            CodeBook.Default,
            links.Send,
            services.GetRequiredService<DecoderPool>().Enqueue,
            Logger(services)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPEndPoint.Parse(configuration.Listen), listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(tls.Configure);
        }));
        web = builder.Build();
        log = Logger(web.Services);
        loop = web.Services.GetRequiredService<HubLoop>();
        loop.DrainAsync = links.DrainAsync;
        core = web.Services.GetRequiredService<HubCore>();
        decoders = web.Services.GetRequiredService<DecoderPool>();
        web.MapGrpcService<HubGrpcService>();
        web.MapGet("/manage/v1/status", async (HttpContext context) => IsOperator(context)
            ? Results.Json(await loop.CallAsync(Status).ConfigureAwait(false), DaemonConsole.Json)
            : Results.Json(new { message = "this certificate is no operator's" }, statusCode: StatusCodes.Status401Unauthorized));
    }

    /// <summary>Runs a hub to its end.</summary>
    /// <param name="arguments">Command line: <c>--config FILE</c>.</param>
    /// <returns>Exit code: 0 stopped, 1 cannot run, 2 wrong command line or configuration.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ParentWatch.Arm();
        if (arguments is not ["--config", string file])
        {
            await Console.Error.WriteLineAsync(
                "usage: MdiQkd.Hub --config FILE   runs the hub that FILE (JSON) describes").ConfigureAwait(false);
            return arguments is ["--help"] or ["-h"] ? 0 : 2;
        }

        try
        {
            HubConfiguration configuration = DaemonConsole.ReadConfiguration<HubConfiguration>(file);
            if (configuration.Fault() is { } fault)
            {
                throw new InvalidDataException($"{file}: {fault}");
            }

            HubDaemon daemon = new(configuration, Path.GetDirectoryName(Path.GetFullPath(file))!);
            await using (daemon.ConfigureAwait(false))
            {
                return await daemon.RunAsync().ConfigureAwait(false);
            }
        }
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 2;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync().ConfigureAwait(false);
        tls.Dispose();
    }

    private static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        }).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private ILogger Logger(IServiceProvider services) =>
        services.GetRequiredService<ILoggerFactory>().CreateLogger(configuration.Name);

    private async Task<int> RunAsync()
    {
        await web.StartAsync().ConfigureAwait(false);
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(web.Lifetime.ApplicationStopping);
        List<Task> running =
        [
            loop.RunAsync(stopping.Token),
            decoders.RunAsync(stopping.Token),
            RunStationAsync(stopping.Token),
        ];
        DaemonConsole.Ready(configuration.Name, web.Urls.Single());
        int exitCode = 0;
        try
        {
            await Task.WhenAny(running).Unwrap().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            log.LogError("the measurement station stopped: {Reason}", e.Message);
            exitCode = 1;
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await web.StopAsync().ConfigureAwait(false);
        return exitCode;
    }

    private async Task RunStationAsync(CancellationToken ct)
    {
        StationDevices devices = await StationDevices.OpenAsync(configuration, TimeProvider.System, log, ct).ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            board = devices.Board;
            station = new MeasurementStation(configuration, devices.Tagger, devices.Switch, loop, core, TimeProvider.System, log);
            await station.RunAsync(ct).ConfigureAwait(false);
        }
    }

    private bool IsOperator(HttpContext context) =>
        context.Connection.ClientCertificate is X509Certificate2 certificate
        && configuration.Operators.Contains(MutualTls.CommonName(certificate));

    private HubStatus Status() => new(
        configuration.Name,
        (station?.WatermarkPs ?? 0) * 1e-12,
        new SwitchStatus(
            station?.Pair?.A ?? string.Empty,
            station?.Pair?.B ?? string.Empty,
            station?.State ?? StationState.Dark,
            station?.SwitchFaults ?? 0,
            station?.LastSwitchFault ?? string.Empty),
        [.. configuration.Users.Select(user => new NodePresence(user.Name, core.Attached.Contains(user.Name)))],
        [.. core.Blocks.Select(block => new PairProgress(
            block.Plan.A,
            block.Plan.B,
            block.Plan.Id.ToString(),
            block.Phase,
            block.Sessions.Count(session => session.Closed),
            block.Sessions.Count,
            block.SlotsDone,
            block.Plan.Slots,
            block.Announced))],
        [.. core.Decoding.Select(pair => new PairDecoding(
            pair.A,
            pair.B,
            pair.Tally.Frames,
            pair.Tally.F,
            pair.Tally.FerFirstRound,
            pair.Tally.Fer,
            pair.Tally.IterationsMean,
            pair.Tally.RoundsMean,
            pair.Tally.QueueMsMean))],
        station?.Control?.Visibility?.HomVisibility,
        station?.Control is { } control ? AlignmentStatus.Of(control) : null,
        station?.LostTags ?? 0,
        station?.SlotClock,
        station?.Detectors?.C,
        station?.Detectors?.D,
        board is { } on ? new BoardStatus(on.Session.Address, on.Session.IsOpen, on.Faults, on.LastFault) : null);
}
