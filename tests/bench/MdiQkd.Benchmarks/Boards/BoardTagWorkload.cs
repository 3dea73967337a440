using System.Net;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Firmware.Adapters;
using MdiQkd.VirtualBoard.Bench;

namespace MdiQkd.Benchmarks.Boards;

/// <summary>
/// Tags end to end through a virtual board: front-end chip, SPI, firmware, framed TCP link on loopback, device session, decoder. Each run
/// continues where the last one ended.
/// </summary>
public sealed class BoardTagWorkload : IAsyncDisposable
{
    // Two detectors at 10 Mcounts/s each: steps of one to three bytes.
    private const int StepPsMax = 100_000;
    private const int TagsPerBlock = 1 << 14;

    private readonly SimulatedBoard board;
    private readonly DeviceSession session;
    private readonly BoardTagSource source;
    private readonly Random random = new(1);
    private readonly TimeTagBlock sent = new();
    private readonly TimeTagBlock received = new();
    private long timePs;

    private BoardTagWorkload(SimulatedBoard board, DeviceSession session, BoardTagSource source)
    {
        this.board = board;
        this.session = session;
        this.source = source;
    }

    /// <summary>Tags that arrived, over all runs.</summary>
    public long TagsDelivered { get; private set; }

    /// <summary>Tags that were reported lost.</summary>
    public long TagsLost => source.LostTags;

    /// <summary>Starts board, session and capture.</summary>
    public static async Task<BoardTagWorkload> StartAsync()
    {
        IPEndPoint bound = null!;
        SimulatedBoard board = new(
            new VirtualBoardSettings(), wake => HostLink.Listen(new IPEndPoint(IPAddress.Loopback, 0), wake, out bound));
        DeviceAddress address = DeviceAddress.TryParse(bound.ToString(), out DeviceAddress? parsed, out string fault)
            ? parsed : throw new InvalidOperationException(fault);
        DeviceSession session = await DeviceSession.OpenAsync(address, null, CancellationToken.None).ConfigureAwait(false);
        BoardTagSource source = await session.StartCaptureAsync(CancellationToken.None).ConfigureAwait(false);
        return new BoardTagWorkload(board, session, source);
    }

    /// <summary>Carries some tags.</summary>
    /// <returns>A hash of times and channels as they arrived.</returns>
    public async Task<long> RunAsync(int tags)
    {
        long until = TagsDelivered + tags;
        Task delivering = Task.Run(() => DeliverAsync(tags));
        long hash = 0;
        while (TagsDelivered < until && await source.ReadAsync(received, CancellationToken.None).ConfigureAwait(false))
        {
            for (int i = 0; i < received.Count; i++)
            {
                hash = (hash * 31) + received.TimesPs[i] + received.Channels[i];
            }

            TagsDelivered += received.Count;
        }

        await delivering.ConfigureAwait(false);
        return hash;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync().ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
        board.Dispose();
    }

    private async Task DeliverAsync(int tags)
    {
        StreamedTags pulses = new(board);
        for (int left = tags; left > 0; left -= sent.Count)
        {
            sent.Clear();
            for (int i = Math.Min(left, TagsPerBlock); i > 0; i--)
            {
                sent.Add(timePs += random.Next(1, StepPsMax), (byte)(1 + (i & 1)));
            }

            sent.WatermarkPs = timePs;
            await pulses.DeliverAsync(sent, CancellationToken.None).ConfigureAwait(false);
        }

        lock (board.Gate)
        {
            board.FrontEnd.Flush();
        }
    }
}
