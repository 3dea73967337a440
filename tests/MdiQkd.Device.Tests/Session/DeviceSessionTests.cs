using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Device.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Session;

/// <summary>The session with its thread and its clock; what it says and when is tested on the conversation.</summary>
public sealed class DeviceSessionTests
{
    private static readonly CancellationToken Forever = CancellationToken.None;

    private static readonly DeviceSessionSettings Quick = new(ReplyTimeoutMs: 100, ReconnectMsMin: 10, ReconnectMsMax: 50, BlockBuffers: 8);

    [Fact]
    public async Task Opens_asks_and_tells_what_the_board_is()
    {
        ScriptedBoard board = new();
        await using DeviceSession session = await OpenAsync(board);
        HealthReply health = await session.HealthAsync(Forever);
        SelfTestReply test = await session.SelfTestAsync(Forever);
        ConfigurationReply timeout = await session.ConfigurationAsync(ConfigurationKey.HostTimeoutMs, Forever);

        Assert.Equal(("scripted", "0000000000000000", new Version(1, 0, 0), 4),
            (session.Information.Name, session.Information.Serial, session.Information.Firmware, session.Information.Users));
        Assert.Equal([new TaggerChannel(1, ChannelRole.Detector, 0)], session.Information.Channels);
        Assert.True(session.Information is { HasTagger: true, HasSwitch: true });
        Assert.Equal((1234, true, 1000), (health.UptimeMs, test.HasPassed, timeout.Value));
    }

    [Fact]
    public async Task The_optical_switch_of_a_board_moves_goes_dark_and_reads_back()
    {
        ScriptedBoard board = new();
        await using DeviceSession session = await OpenAsync(board);
        await using IOpticalSwitch optics = new BoardOpticalSwitch(session, TimeProvider.System);
        await optics.DarkAsync(Forever);
        Assert.Null(await optics.ReadBackAsync(Forever));
        await optics.ConnectAsync(2, 3, Forever);

        Assert.Equal((2, 3), await optics.ReadBackAsync(Forever));
        Assert.False(optics.MayHaveMoved);
        board.Send(MessageType.SwitchEvent, new SwitchStatus { State = SwitchState.DarkDriving });
        await Task.Run(async () =>
        {
            while (!optics.MayHaveMoved)
            {
                await Task.Delay(5);
            }
        }).WaitAsync(TimeSpan.FromSeconds(20));
        await optics.ConnectAsync(2, 3, Forever);
        Assert.False(optics.MayHaveMoved);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => optics.ConnectAsync(2, 2, Forever));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => optics.ConnectAsync(0, 2, Forever));
    }

    [Fact]
    public async Task A_switch_that_is_busy_or_locked_out_is_asked_again_and_one_that_fails_is_named()
    {
        ScriptedBoard board = new();
        int refusals = 0;
        board.Answer = type => type != MessageType.SwitchConnectRequest ? null : ++refusals switch
        {
            1 => new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.Busy },
            2 => new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.LockedOut, Detail = 9 },
            3 => null,
            _ => new RefusedReply { RequestType = (byte)type, Reason = RefusalReason.Failed, Detail = (int)FaultCode.SwitchStuck },
        };
        await using DeviceSession session = await OpenAsync(board);
        await using BoardOpticalSwitch optics = new(session, TimeProvider.System);
        await optics.ConnectAsync(1, 4, Forever);
        Assert.Equal(3, refusals);
        OpticalSwitchException e = await Assert.ThrowsAsync<OpticalSwitchException>(() => optics.ConnectAsync(1, 4, Forever));

        Assert.Contains("SwitchStuck", e.Message, StringComparison.Ordinal);
        Assert.Contains("check coil supply", e.Message, StringComparison.Ordinal);
        Assert.Equal(FaultCode.SwitchStuck, Assert.IsType<DeviceException>(e.InnerException).Fault);
    }

    [Fact]
    public async Task A_capture_yields_its_tags_and_ends_when_asked()
    {
        ScriptedBoard board = new();
        await using DeviceSession session = await OpenAsync(board);
        await using BoardTagSource source = await session.StartCaptureAsync(Forever);
        TimeTagBlock block = new();
        ValueTask<bool> first = source.ReadAsync(block, Forever);
        Assert.False(first.IsCompleted);
        board.TrySendBlock([(10, 1), (20, 2)], 30);
        Assert.True(await first);
        Assert.Equal((2, 29), (block.Count, block.WatermarkPs));
        await source.StopAsync(Forever);
        board.EndCapture();
        long tags = 0;
        while (await source.ReadAsync(block, Forever))
        {
            tags += block.Count;
        }

        Assert.Equal((0, TimeTagError.None), (tags, source.EndReason));
        Assert.False(await source.ReadAsync(block, Forever));
    }

    [Fact]
    public async Task A_capture_of_many_blocks_runs_on_the_credit_that_reading_frees()
    {
        const int blocks = 500;
        ScriptedBoard board = new();
        await using DeviceSession session = await OpenAsync(board);
        await using BoardTagSource source = await session.StartCaptureAsync(Forever);
        Task sending = Task.Run(async () =>
        {
            for (int i = 1; i <= blocks; i++)
            {
                while (!board.TrySendBlock([(1000 * i, 1), ((1000 * i) + 1, 2)], (1000 * i) + 500))
                {
                    await Task.Delay(1);
                }
            }
        });
        TimeTagBlock block = new();
        long tags = 0;
        while (tags < 2 * blocks)
        {
            Assert.True(await source.ReadAsync(block, Forever).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            tags += block.Count;
            Assert.Equal(0, block.LostTags);
        }

        await sending;
        Assert.Equal(blocks, session.Counters.BlocksReceived);
    }

    [Fact]
    public async Task Waiting_for_tags_can_be_cancelled_and_begun_again()
    {
        ScriptedBoard board = new();
        await using DeviceSession session = await OpenAsync(board);
        await using BoardTagSource source = await session.StartCaptureAsync(Forever);
        TimeTagBlock block = new();
        using CancellationTokenSource cancel = new();
        ValueTask<bool> cancelled = source.ReadAsync(block, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);
        board.TrySendBlock([(10, 1)], 30);

        Assert.True(await source.ReadAsync(block, Forever));
        Assert.Equal(1, block.Count);
    }

    [Fact]
    public async Task A_lost_link_is_opened_again_and_the_capture_ends_with_its_reason()
    {
        ScriptedBoard board = new();
        int links = 0;
        await using DeviceSession session = await DeviceSession.OpenAsync(
            "bench", () => ++links == 2 ? throw new DeviceException(DeviceFailure.Unreachable, "no port") : board, Quick, TimeProvider.System, Forever);
        await using BoardTagSource source = await session.StartCaptureAsync(Forever);
        board.IsClosed = true;
        TimeTagBlock block = new();
        Assert.False(await source.ReadAsync(block, Forever).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(TimeTagError.LinkLost, source.EndReason);
        board.IsClosed = false;
        HealthReply health = await session.HealthAsync(Forever);

        Assert.Equal(1234, health.UptimeMs);
        Assert.Equal(3, links);
        Assert.True(session.SwitchAlarms > 0);
        Assert.True(session.Events.TryRead(out DeviceEvent? told));
        Assert.Equal(DeviceEventKind.LinkLost, told.Kind);
    }

    [Fact]
    public async Task What_cannot_be_opened_says_why()
    {
        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => DeviceSession.OpenAsync(
            "bench", () => throw new DeviceException(DeviceFailure.Unreachable, "no port"), Quick, TimeProvider.System, Forever));
        Assert.Equal((DeviceFailure.Unreachable, "no port"), (e.Failure, e.Message));

        e = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(
            new ScriptedBoard { LosesFromHost = _ => true }, Quick with { ReplyTimeoutMs = 10, Repetitions = 2 }));
        Assert.Equal(DeviceFailure.Silent, e.Failure);

        e = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(new ScriptedBoard { Version = 2 }));
        Assert.Equal(DeviceFailure.WrongVersion, e.Failure);

        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(new ScriptedBoard(), Quick with { BlockBuffers = 3 }));
    }

    [Fact]
    public async Task Opening_can_be_cancelled()
    {
        using CancellationTokenSource cancel = new(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DeviceSession.OpenAsync(
            "bench", () => new ScriptedBoard { LosesFromHost = _ => true }, Quick, TimeProvider.System, cancel.Token));
    }

    [Fact]
    public async Task A_closed_session_answers_nothing()
    {
        ScriptedBoard board = new() { Holds = type => type == MessageType.HealthRequest };
        DeviceSession session = await OpenAsync(board);
        Task<HealthReply> pending = session.HealthAsync(Forever);
        await session.DisposeAsync();

        DeviceException e = await Assert.ThrowsAsync<DeviceException>(() => pending);
        Assert.Equal(DeviceFailure.Closed, e.Failure);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.HealthAsync(Forever));
        await session.Events.Completion;
    }

    private static Task<DeviceSession> OpenAsync(ScriptedBoard board, DeviceSessionSettings? settings = null) =>
        DeviceSession.OpenAsync("bench", () => board, settings ?? Quick, TimeProvider.System, Forever);
}
