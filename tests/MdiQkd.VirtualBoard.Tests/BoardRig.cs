using MdiQkd.Acquisition.Device;
using MdiQkd.VirtualBoard.Bench;
using MdiQkd.VirtualBoard.Links;

namespace MdiQkd.VirtualBoard.Tests;

/// <summary>A virtual board on a pipe, and a host's session with it.</summary>
internal sealed class BoardRig : IAsyncDisposable
{
    private BoardRig(VirtualBoardSettings settings)
    {
        Board = new SimulatedBoard(settings, wake => Pipe = new PipeBoardLink(wake));
    }

    public SimulatedBoard Board { get; }

    public PipeBoardLink Pipe { get; private set; } = null!;

    public DeviceSession Session { get; private set; } = null!;

    /// <summary>Far beyond what any wait takes, so that a hang shows where it hangs.</summary>
    public static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static async Task<BoardRig> StartAsync(VirtualBoardSettings? settings = null)
    {
        BoardRig rig = new(settings ?? new VirtualBoardSettings(Users: 3));
        rig.Session = await DeviceSession.OpenAsync(
            "pipe", rig.Pipe.Connect, new DeviceSessionSettings(ReconnectMsMin: 10), TimeProvider.System, Limit);
        return rig;
    }

    /// <summary>Makes a fault by its name.</summary>
    public void Fault(string text) => Assert.True(BoardFault.TryApply(Board, text, out string error), error);

    /// <summary>Waits until something is so; polls, since what is waited for is on another thread.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        CancellationToken limit = Limit;
        while (!isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"never: {what}");
            await Task.Delay(2, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        Board.Dispose();
    }
}
