using System.Net;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Benchmarks.Boards;
using MdiQkd.Firmware.Adapters;
using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.VirtualBoard.Bench;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Tests;

/// <summary>Tags through chip, firmware, frames and session.</summary>
public sealed class TagPathTests
{
    private const int BlockTags = 1000;

    private static CancellationToken Limit => BoardRig.Limit;

    [Fact]
    public async Task What_a_full_fifo_loses_is_counted_and_named_and_the_capture_goes_on()
    {
        await using BoardRig rig = await BoardRig.StartAsync(new VirtualBoardSettings(Users: 3, FifoBlocks: 8));
        await using BoardTagFeed feed = new(rig.Session, TimeProvider.System, Assert.Fail);
        StreamedTags pulses = new(rig.Board) { IsUnstoppable = true };
        Task<(long Tags, long Lost)> reading = ReadUntilAsync(feed, 101 * BlockTags);
        await BoardRig.UntilAsync(() => rig.Board.FrontEnd.IsRunning, "capture");

        lock (rig.Board.Gate)
        {
            // One turn of the firmware is too late for a hundred blocks.
            for (int block = 0; block < 100; block++)
            {
                Assert.True(pulses.DeliverAsync(Tags(block), Limit).IsCompletedSuccessfully);
            }
        }

        await BoardRig.UntilAsync(() => rig.Board.FrontEnd.WaitingBlocks == 0, "read");
        await pulses.DeliverAsync(Tags(100), Limit);
        await BoardRig.UntilAsync(() => Flushed(rig.Board) && reading.IsCompleted, "all told");
        (long tags, long lost) = await reading;
        Assert.Equal(101 * BlockTags, tags + lost);
        Assert.True(lost > 0 && lost == rig.Board.FrontEnd.Overflows);
        Assert.True(rig.Board.Faults.CountOf(FaultCode.FifoOverflow) > 0);
        Assert.Equal(0, feed.Gaps);
    }

    [Fact]
    public async Task A_link_cut_in_the_middle_of_a_block_is_a_counted_gap()
    {
        await using BoardRig rig = await BoardRig.StartAsync();
        List<string> lines = [];
        await using BoardTagFeed feed = new(rig.Session, TimeProvider.System, lines.Add);
        StreamedTags pulses = new(rig.Board);
        TimeTagBlock block = new();
        Task<bool> first = feed.ReadAsync(block, Limit).AsTask();
        await pulses.DeliverAsync(Tags(0), Limit);
        Assert.True(await first);

        rig.Pipe.CutAfter(100);
        Task<bool> next = feed.ReadAsync(block, Limit).AsTask();
        for (int number = 1; !next.IsCompleted; number++)
        {
            await pulses.DeliverAsync(Tags(number), Limit);
        }

        Assert.True(await next);
        while (feed.Gaps == 0)
        {
            Assert.True(await feed.ReadAsync(block, Limit));
            await pulses.DeliverAsync(Tags((int)(block.WatermarkPs / 1_000_000_000) + 1000), Limit);
        }

        Assert.True(block.LostTags > 0);
        Assert.Contains("the capture ended (LinkLost)", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_that_is_killed_and_started_again_moves_and_captures_again()
    {
        IPEndPoint bound = new(IPAddress.Loopback, 0);
        SimulatedBoard Start() => new(new VirtualBoardSettings(Users: 3), wake => HostLink.Listen(bound, wake, out bound));
        SimulatedBoard board = Start();
        Assert.True(DeviceAddress.TryParse(bound.ToString(), out DeviceAddress? address, out _));
        await using DeviceSession session = await DeviceSession.OpenAsync(address, new DeviceSessionSettings(ReconnectMsMin: 10), Limit);
        await using BoardTagFeed feed = new(session, TimeProvider.System, _ => { });
        await using BoardOpticalSwitch opticalSwitch = new(session, TimeProvider.System);
        for (int life = 0; life < 2; life++)
        {
            await opticalSwitch.ConnectAsync(1, 2, Limit);
            Assert.Equal((1, 2), board.Light);
            TimeTagBlock block = new();
            Task<bool> read = feed.ReadAsync(block, Limit).AsTask();
            await new StreamedTags(board).DeliverAsync(Tags(life), Limit);
            Assert.True(await read);
            Assert.Equal(life, feed.Gaps);
            if (life == 0)
            {
                board.Dispose();
                board = Start();
                await BoardRig.UntilAsync(() => opticalSwitch.MayHaveMoved && session.IsOpen, "session lost");
            }
        }

        board.Dispose();
    }

    [Fact]
    public async Task The_generated_dark_counts_arrive_on_both_taggers()
    {
        foreach (TaggerKind tagger in new[] { TaggerKind.FrontEnd, TaggerKind.As6500 })
        {
            await using BoardRig rig = await BoardRig.StartAsync(new VirtualBoardSettings(Users: 3, Tagger: tagger));
            using CancellationTokenSource stopping = new();
            Task generating = new GeneratedTags(rig.Board, 2000, seed: 5).RunAsync(stopping.Token);
            await using (BoardTagSource source = await rig.Session.StartCaptureAsync(Limit))
            {
                TimeTagBlock block = new();
                for (int tags = 0; tags < 20; tags += block.Count)
                {
                    Assert.True(await source.ReadAsync(block, Limit));
                    Assert.All(block.Channels.Take(block.Count), channel => Assert.InRange(channel, 1, 2));
                }
            }

            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generating);
        }
    }

    [Fact]
    public async Task The_benchmark_delivers_what_it_put_in()
    {
        await using BoardTagWorkload workload = await BoardTagWorkload.StartAsync();
        long once = await workload.RunAsync(50_000);

        Assert.Equal(50_000, workload.TagsDelivered);
        Assert.Equal(0, workload.TagsLost);
        Assert.NotEqual(0, once);
    }

    private static bool Flushed(SimulatedBoard board)
    {
        lock (board.Gate)
        {
            board.FrontEnd.Flush();
            return true;
        }
    }

    // One millisecond, evenly spread over two channels.
    private static TimeTagBlock Tags(int number)
    {
        TimeTagBlock block = new();
        for (int i = 1; i <= BlockTags; i++)
        {
            block.Add((number * 1_000_000_000L) + (i * 1_000_000L), (byte)(1 + (i & 1)));
        }

        block.WatermarkPs = (number + 1) * 1_000_000_000L;
        return block;
    }

    private static async Task<(long Tags, long Lost)> ReadUntilAsync(BoardTagFeed feed, long all)
    {
        TimeTagBlock block = new();
        long tags = 0;
        long lost = 0;
        while (tags + lost < all && await feed.ReadAsync(block, Limit))
        {
            tags += block.Count;
            lost += block.LostTags;
        }

        return (tags, lost);
    }
}
