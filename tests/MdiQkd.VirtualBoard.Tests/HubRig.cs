using System.Collections.Concurrent;
using Google.Protobuf;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Hub;
using MdiQkd.Hub.Pair;
using MdiQkd.Hub.Station;
using MdiQkd.Protocol;
using MdiQkd.Reconciliation;
using MdiQkd.Transport;
using Microsoft.Extensions.Logging;

namespace MdiQkd.VirtualBoard.Tests;

/// <summary>
/// A real measurement station on a virtual board, with a block of two users open. The users do what a laboratory would make them do: they
/// emit while the light passes, and their session ends where it goes off.
/// </summary>
internal sealed class HubRig : IAsyncDisposable, ILogger
{
    private const long EmittedWhenCut = 500_000;

    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource loopStopping = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly HubLoop loop;
    private readonly HubCore core;
    private readonly BoardRig board;
    private readonly List<Task> running = [];
    private ByteString? session;
    private Task looping = Task.CompletedTask;

    private HubRig(BoardRig board)
    {
        this.board = board;
        loop = new HubLoop(this);
        core = new HubCore(["a", "b"], CodeBook.Default, Receive, _ => { }, this);
    }

    public MeasurementStation Station { get; private set; } = null!;

    public BoardWatch Watch { get; private set; } = null!;

    public IEnumerable<string> Lines => lines;

    /// <summary>Sessions that the users were told to start.</summary>
    public int SessionsStarted { get; private set; }

    public static HubConfiguration Configuration(string tagger = "127.0.0.1:1") => new(
        "hub", "127.0.0.1:0", "c.pem", "k.pem", "t.pem", tagger, HubConfiguration.OnBoard, new SlotTiming(5000, 2500, 500), 1, 2, 1, 1,
        30_000, [new HubUser("a", 1), new HubUser("b", 2)], [], Board: "127.0.0.1:2");

    public static async Task<HubRig> StartAsync(BoardRig board)
    {
        HubRig rig = new(board);
        rig.Watch = await BoardWatch.OpenAsync(board.Session, Configuration(), rig, BoardRig.Limit);
        rig.Station = new MeasurementStation(
            Configuration(), new PassingTime(), new BoardOpticalSwitch(board.Session, TimeProvider.System), rig.loop, rig.core,
            new HurriedTime(), rig);
        rig.looping = rig.loop.RunAsync(rig.loopStopping.Token);
        await rig.loop.CallAsync(rig.OpenBlock);
        rig.running.Add(rig.Station.RunAsync(rig.stopping.Token));
        rig.running.Add(rig.EmitAsync());
        return rig;
    }

    /// <summary>Waits until light of both users reaches the measurement in a session.</summary>
    public Task UntilMeasuringAsync() => BoardRig.UntilAsync(
        () => Station.State == StationState.Measuring && board.Board.Light == (1, 2), "measuring: " + string.Join("; ", lines));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await loopStopping.CancelAsync();
        await looping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.All(running, task => Assert.False(task.IsFaulted, task.Exception?.ToString()));
        await Watch.DisposeAsync();
        stopping.Dispose();
        loopStopping.Dispose();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue(formatter(state, exception));

    private void OpenBlock()
    {
        SourceSettings source = SourceSettings.FromReal(0.56, 0.14, 0.05, 0.55, 0.12, 0.25);
        BlockPlan plan = new(
            new BlockId(1), "a", "b", Configuration().Timing, new PilotPattern(1_000_003, 0), source, source, false,
            [.. Enumerable.Range(1, 20).Select(id => new SessionId((UInt128)id))], 1_000_000_000, 1000,
            new EpsilonBudget(1e-2, 1e-9), 1500, 50_000);
        foreach (string node in new[] { "a", "b" })
        {
            core.OnAttached(node);
        }

        foreach ((string node, string peer) in new[] { ("a", "b"), ("b", "a") })
        {
            core.OnMessage(node, new NodeMessage { Peer = peer, OpenBlock = new OpenBlock { Plan = ByteString.CopyFrom(plan.Encode()) } });
        }
    }

    private void Receive(string node, HubMessage message)
    {
        if (node == "a" && message.StartSession is { } start)
        {
            session = start.Session;
            SessionsStarted++;
        }
    }

    private async Task EmitAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(2, CancellationToken.None);
            if (board.Board.Light == (0, 0))
            {
                await loop.CallAsync(EndSession);
            }
        }
    }

    private void EndSession()
    {
        if (session is { } ended)
        {
            session = null;
            SessionState state = new() { Session = ended, Started = true, Ended = true, Emitted = EmittedWhenCut };
            core.OnMessage("a", new NodeMessage { Peer = "b", SessionState = state });
            core.OnMessage("b", new NodeMessage { Peer = "a", SessionState = state.Clone() });
        }
    }

    /// <summary>A tagger that sees nothing: its clock advances by a millisecond a block.</summary>
    private sealed class PassingTime : ITimeTagSource
    {
        private long watermarkPs;

        public TimeTagError EndReason => TimeTagError.None;

        public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
        {
            await Task.Delay(1, ct);
            block.Clear();
            block.WatermarkPs = watermarkPs += 1_000_000_000;
            return true;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Waits pass a hundred times as fast.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
    }
}
