using System.Diagnostics;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Hub.Station;

/// <summary>The session with the board: checks that the board fits the station, configures it, logs and counts what it reports.</summary>
internal sealed class BoardWatch : IAsyncDisposable
{
    // A fault that goes on and on comes ten times a second; the log gets it this often.
    private static readonly TimeSpan LogPeriod = TimeSpan.FromSeconds(10);

    private readonly HubConfiguration configuration;
    private readonly ILogger log;
    private readonly Dictionary<FaultCode, long> logged = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task watching;
    private long faults;
    private volatile string lastFault = "";

    private BoardWatch(DeviceSession session, HubConfiguration configuration, ILogger log)
    {
        Session = session;
        this.configuration = configuration;
        this.log = log;
        watching = WatchAsync(stopping.Token);
    }

    /// <summary>The session.</summary>
    public DeviceSession Session { get; }

    /// <summary>Faults, moves unasked and lost links that the board or its link reported.</summary>
    public long Faults => Interlocked.Read(ref faults);

    /// <summary>The last of them, for a technician; empty if there was none.</summary>
    public string LastFault => lastFault;

    /// <summary>Opens a session.</summary>
    /// <exception cref="DeviceException">The board cannot be reached, or lacks a part that the station needs.</exception>
    public static async Task<BoardWatch> OpenAsync(
        string address, HubConfiguration configuration, ILogger log, CancellationToken ct)
    {
        DeviceSession session = await DeviceSession.OpenAsync(Parse(address), null, ct).ConfigureAwait(false);
        return await OpenAsync(session, configuration, log, ct).ConfigureAwait(false);
    }

    /// <summary>Takes over a session that is open.</summary>
    /// <exception cref="DeviceException">The board lacks a part that the station needs.</exception>
    public static async Task<BoardWatch> OpenAsync(
        DeviceSession session, HubConfiguration configuration, ILogger log, CancellationToken ct)
    {
        try
        {
            DeviceInformation board = session.Information;
            log.LogInformation(
                "board {Name} {Serial} at {Address}, firmware {Firmware}: {Capabilities}",
                board.Name, board.Serial, board.Address, board.Firmware, board.Capabilities);
            if (Misfit(board, configuration) is { } misfit)
            {
                throw new DeviceException(DeviceFailure.Refused, $"{board.Address}: the board '{board.Name}' {misfit}");
            }

            await ConfigureAsync(session, configuration, ct).ConfigureAwait(false);
            return new BoardWatch(session, configuration, log);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Session.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private static DeviceAddress Parse(string text) =>
        DeviceAddress.TryParse(text, out DeviceAddress? address, out string fault)
            ? address : throw new ArgumentException(fault, nameof(text));

    private static string? Misfit(DeviceInformation board, HubConfiguration configuration)
    {
        int port = configuration.Users.Max(user => user.Port);
        return configuration.HasBoardSwitch && board.Users < port
            ? $"selects among {board.Users} users, but one is on port {port}"
            : configuration.HasBoardTagger && !board.HasTagger ? "has no time tagger"
            : null;
    }

    private static Task<ConfigurationReply> ConfigureAsync(
        DeviceSession session, HubConfiguration configuration, CancellationToken ct) =>
        session.ConfigureAsync(ConfigurationKey.HostTimeoutMs, configuration.BoardTimeoutMs, ct);

    private async Task WatchAsync(CancellationToken ct)
    {
        await foreach (DeviceEvent told in Session.Events.ReadAllAsync(ct).ConfigureAwait(false))
        {
            if (told.Kind is DeviceEventKind.FaultGone or DeviceEventKind.LinkRestored)
            {
                log.LogInformation("{Event}", told.Text);
                continue;
            }

            Interlocked.Increment(ref faults);
            lastFault = told.Text;
            if (told.Kind != DeviceEventKind.FaultRaised || IsNews(told.Fault))
            {
                log.LogWarning("{Event}", told.Text);
            }

            if (told.Kind == DeviceEventKind.SessionLost)
            {
                await ReconfigureAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private bool IsNews(FaultCode fault)
    {
        long now = Stopwatch.GetTimestamp();
        bool isNews = !logged.TryGetValue(fault, out long last) || Stopwatch.GetElapsedTime(last, now) >= LogPeriod;
        if (isNews)
        {
            logged[fault] = now;
        }

        return isNews;
    }

    // A board that has restarted has its defaults. Should it be gone again, the next loss of session comes back here.
    private async Task ReconfigureAsync(CancellationToken ct)
    {
        try
        {
            await ConfigureAsync(Session, configuration, ct).ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            log.LogWarning("board not configured: {Reason}", e.Message);
        }
    }
}
