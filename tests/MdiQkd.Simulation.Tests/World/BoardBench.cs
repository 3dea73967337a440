using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Simulation.World;
using MdiQkd.VirtualBoard.Bench;
using MdiQkd.VirtualBoard.Links;

namespace MdiQkd.Simulation.Tests.World;

/// <summary>A virtual board between a simulated world and a hub: light one way, pulses the other, and the hub's session on top.</summary>
internal sealed class BoardBench : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly SimulatedBoard board;
    private readonly DeviceSession session;
    private readonly ITimeTagSource pulses;
    private readonly Task running;

    private BoardBench(SimulatedBoard board, DeviceSession session, ITimeTagSource pulses, WorldEndPoints world)
    {
        this.board = board;
        this.session = session;
        this.pulses = pulses;
        Tags = new BoardTagFeed(session, TimeProvider.System, Lines.Add);
        Switch = new BoardOpticalSwitch(session, TimeProvider.System);
        running = Task.WhenAll(
            new LightReporter(board).RunAsync(world.Light, stopping.Token), new StreamedTags(board).RunAsync(pulses, stopping.Token));
    }

    public List<string> Lines { get; } = [];

    public ITimeTagSource Tags { get; }

    public IOpticalSwitch Switch { get; }

    public static async Task<BoardBench> StartAsync(WorldEndPoints world, CancellationToken ct)
    {
        PipeBoardLink pipe = null!;
        SimulatedBoard board = new(new VirtualBoardSettings(Users: 3), wake => pipe = new PipeBoardLink(wake));
        DeviceSession session = await DeviceSession.OpenAsync(
            "pipe", pipe.Connect, new DeviceSessionSettings(), TimeProvider.System, ct);
        return new BoardBench(board, session, await TcpTagSource.ConnectAsync(world.Tagger, ct), world);
    }

    public async ValueTask DisposeAsync()
    {
        await Tags.DisposeAsync();
        await Switch.DisposeAsync();
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pulses.DisposeAsync();
        await session.DisposeAsync();
        board.Dispose();
        stopping.Dispose();
        Assert.Empty(Lines); // no gap
    }
}
