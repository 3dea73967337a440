using System.Net;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;

namespace MdiQkd.Hub.Station;

/// <summary>Tagger and optical switch of the station, each over the network or on the board, as the configuration says.</summary>
internal sealed class StationDevices : IAsyncDisposable
{
    private StationDevices(ITimeTagSource tagger, IOpticalSwitch opticalSwitch, BoardWatch? board)
    {
        Tagger = tagger;
        Switch = opticalSwitch;
        Board = board;
    }

    /// <summary>Time tagger.</summary>
    public ITimeTagSource Tagger { get; }

    /// <summary>Optical switch.</summary>
    public IOpticalSwitch Switch { get; }

    /// <summary>The board, or null if there is none.</summary>
    public BoardWatch? Board { get; }

    /// <summary>Opens what the configuration names.</summary>
    /// <exception cref="IOException">The board cannot be reached.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The tagger cannot be reached.</exception>
    public static async Task<StationDevices> OpenAsync(
        HubConfiguration configuration, TimeProvider time, ILogger log, CancellationToken ct)
    {
        BoardWatch? board = configuration.Board is { } address
            ? await BoardWatch.OpenAsync(address, configuration, log, ct).ConfigureAwait(false) : null;
        try
        {
            ITimeTagSource tagger = configuration.HasBoardTagger
                ? new BoardTagFeed(board!.Session, time, line => log.LogWarning("{Line}", line))
                : await TcpTagSource.ConnectAsync(IPEndPoint.Parse(configuration.Tagger), ct).ConfigureAwait(false);
            int inputs = configuration.Users.Max(user => user.Port);
            IOpticalSwitch opticalSwitch = configuration.HasBoardSwitch
                ? new BoardOpticalSwitch(board!.Session, time)
                : new ScpiOpticalSwitch(new OpticalSwitchSettings(IPEndPoint.Parse(configuration.Switch), inputs + 1, inputs + 2));
            return new StationDevices(tagger, opticalSwitch, board);
        }
        catch
        {
            await DisposeAsync(board).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tagger.DisposeAsync().ConfigureAwait(false);
        await Switch.DisposeAsync().ConfigureAwait(false);
        await DisposeAsync(Board).ConfigureAwait(false);
    }

    private static ValueTask DisposeAsync(BoardWatch? board) => board?.DisposeAsync() ?? ValueTask.CompletedTask;
}
