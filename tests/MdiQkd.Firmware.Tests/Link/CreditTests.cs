using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Link;

public sealed class CreditTests
{
    private const long PsPerMs = 1_000_000_000;

    [Fact]
    public void Blocks_wait_for_credit_and_tags_are_counted_when_nobody_takes_them()
    {
        BoardRig rig = Ready();
        HubDeviceTests.Start(rig, 5, 2);
        int sent = Pulse(rig, 1000);
        Assert.Equal(2, rig.Host.Blocks.Count);

        rig.Host.Credit(5, 1000);
        sent += Pulse(rig, 100);
        (int tags, long lost, TagLoss loss) = Stop(rig);
        Assert.Equal(sent, tags + lost);
        Assert.True(lost > 500 && (loss & TagLoss.LinkBackPressure) != 0);
        Assert.Equal(4, rig.Host.Ask<HealthReply>(MessageType.HealthRequest).BufferHighWater);
        Assert.Equal(lost, rig.Host.Ask<HealthReply>(MessageType.HealthRequest).LostTags);
    }

    [Fact]
    public void A_grant_that_is_lower_or_for_another_capture_changes_nothing()
    {
        BoardRig rig = Ready();
        HubDeviceTests.Start(rig, 5, 3);
        rig.Host.Credit(5, 1);
        rig.Host.Credit(6, 100);
        rig.Host.Credit(5, 0x80000003);
        Pulse(rig, 400);

        Assert.Equal(3, rig.Host.Blocks.Count);
    }

    [Fact]
    public void A_heartbeat_renews_credit_and_tells_the_next_block()
    {
        BoardRig rig = Ready();
        HubDeviceTests.Start(rig, 5, 0);
        Pulse(rig, 100);
        Assert.Empty(rig.Host.Blocks);
        DeviceStatus status = rig.Host.Heartbeat(5, 100);
        rig.Run(2);

        Assert.True(rig.Host.Blocks.Count > 0);
        Assert.Equal(CaptureState.Running, status.CaptureState);
        Assert.True(status.NextBlock >= rig.Host.Blocks.Count);
    }

    [Fact]
    public void A_host_that_does_not_read_loses_tags_and_no_replies()
    {
        BoardRig rig = Ready(linkCapacity: 2000);
        HubDeviceTests.Start(rig, 5, 100_000);
        rig.Host.IsDeaf = true;
        int sent = Pulse(rig, 500, heartbeats: false);
        rig.Host.IsDeaf = false;
        sent += Pulse(rig, 100);

        (int tags, long lost, TagLoss loss) = Stop(rig);
        Assert.Equal(sent, tags + lost);
        Assert.True(lost > 0 && (loss & TagLoss.LinkBackPressure) != 0);
        Assert.Equal(0, rig.Host.Damaged);
    }

    [Fact]
    public void A_capture_drains_after_its_end_and_another_may_follow()
    {
        BoardRig rig = Ready();
        HubDeviceTests.Start(rig, 5, 0);
        int sent = Pulse(rig, 60);
        CaptureStatus stopped = rig.Host.Ask<CaptureStatus>(MessageType.CaptureStopRequest);
        Assert.Equal((CaptureState.Draining, 5), (stopped.State, stopped.CaptureId));
        Assert.Equal(
            (RefusalReason.NotNow, 5),
            rig.Host.Refused(MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = 6 }));
        rig.Host.Credit(5, 100);
        rig.Run(20);
        Assert.Equal((sent, 0L, TagLoss.EndOfCapture), Sum(rig));

        rig.Host.Blocks.Clear();
        CaptureStatus again = HubDeviceTests.Start(rig, 6, 100);
        Assert.Equal((6, CaptureState.Running, 0u), (again.CaptureId, again.State, again.NextBlock));
        Pulse(rig, 60);
        Assert.Equal(6, LittleEndian.GetUInt16(rig.Host.Blocks[0], 4));
    }

    [Fact]
    public void A_second_start_is_refused_and_a_stop_without_capture_is_not()
    {
        BoardRig rig = Ready();
        HubDeviceTests.Start(rig, 5, 10);
        Assert.Equal(
            (RefusalReason.NotNow, 5),
            rig.Host.Refused(MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = 6 }));
        Assert.Equal(
            RefusalReason.OutOfRange,
            rig.Host.Refused(MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = 0 }).Reason);
        Assert.Equal(
            RefusalReason.NotNow,
            rig.Host.Refused(MessageType.ConfigureRequest, new ConfigureRequest { Key = ConfigurationKey.BlockItems, Value = 32 }).Reason);

        BoardRig idle = Ready();
        Assert.Equal(CaptureState.Idle, idle.Host.Ask<CaptureStatus>(MessageType.CaptureStopRequest).State);
    }

    [Fact]
    public void A_front_end_delivers_through_the_link()
    {
        BoardRig rig = new(isFrontEnd: true);
        rig.Host.Hello();
        rig.Run(200);
        HubDeviceTests.Start(rig, 9, 1000);
        List<long> expected = [];
        for (int ms = 0; ms < 200; ms++)
        {
            for (int i = 0; i < 50; i++)
            {
                expected.Add((rig.Clock.NowMs * PsPerMs) + (i * 1_000_000));
                rig.FrontEnd.AddTag(expected[^1], i & 1);
            }

            rig.Host.Credit(9, (uint)rig.Host.Blocks.Count + 8);
            rig.Step();
        }

        rig.Host.Ask<CaptureStatus>(MessageType.CaptureStopRequest);
        rig.Run(50);
        Assert.Equal((expected.Count, 0L, TagLoss.EndOfCapture), Sum(rig));
        Assert.Equal(CaptureState.Idle, rig.Host.Heartbeat().CaptureState);
    }

    private static BoardRig Ready(int linkCapacity = 1 << 16)
    {
        BoardRig rig = new(linkCapacity: linkCapacity);
        rig.Host.Hello();
        rig.Run(200);
        return rig;
    }

    private static int Pulse(BoardRig rig, int ms, bool heartbeats = true)
    {
        for (int i = 0; i < ms; i++)
        {
            rig.As6500.AddStop(i & 3, rig.Clock.NowMs * PsPerMs);
            rig.Step();
            if (i % 300 == 299 && heartbeats)
            {
                rig.Host.Credit(0, 0);
            }
        }

        return ms;
    }

    private static (int Tags, long Lost, TagLoss Loss) Stop(BoardRig rig)
    {
        rig.Host.Ask<CaptureStatus>(MessageType.CaptureStopRequest);
        rig.Run(50);
        return Sum(rig);
    }

    private static (int Tags, long Lost, TagLoss Loss) Sum(BoardRig rig)
    {
        TagBlock header = new();
        int tags = 0;
        long lost = 0;
        TagLoss loss = TagLoss.None;
        uint number = 0;
        foreach (byte[] block in rig.Host.Blocks)
        {
            Assert.Equal(WireError.None, header.Decode(block, 0, block.Length));
            Assert.Equal(number++, header.Number);
            tags += header.TagCount;
            lost += header.LostTags;
            loss |= header.Flags;
        }

        return (tags, lost, loss);
    }
}
