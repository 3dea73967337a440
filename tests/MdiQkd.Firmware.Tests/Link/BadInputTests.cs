using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Link;

/// <summary>What can come in from outside that should not: each has a named fault, a counter, and no light that nobody asked for.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void Garbage_is_counted_and_a_host_that_sends_nothing_else_loses_the_light()
    {
        BoardRig rig = Lit();
        Random random = new(1);
        byte[] noise = new byte[40];
        for (int i = 0; i < 1500; i++)
        {
            random.NextBytes(noise);
            rig.Host.Raw(noise);
            rig.Step();
        }

        AssertDark(rig, FaultCode.GarbageReceived, FaultCode.HostSilent);
        rig.Run(300);
        HealthReply health = rig.Host.Ask<HealthReply>(MessageType.HealthRequest);
        Assert.True(health.FramesRejected > 0);
        Assert.InRange(health.DiscardedBytes, 59_000, 60_000);
    }

    [Fact]
    public void Garbage_between_frames_does_not_touch_the_light()
    {
        BoardRig rig = Lit();
        for (int i = 0; i < 20; i++)
        {
            rig.Host.Raw([0xFF, 0x00, 0x4D, 0x51, 0x01]);
            rig.Host.Heartbeat();
        }

        Assert.True(rig.LightEnable.Level);
        Assert.True(rig.Faults.CountOf(FaultCode.GarbageReceived) + rig.Faults.CountOf(FaultCode.FrameCorrupt) >= 20);
    }

    [Fact]
    public void A_damaged_frame_is_counted_and_the_request_comes_again()
    {
        BoardRig rig = Lit();
        byte[] frame = new byte[Frame.HeaderBytes + CreditGrant.PayloadBytes];
        Frame.Seal(frame, 0, MessageType.HeartbeatRequest, 3, 77, CreditGrant.PayloadBytes);
        frame[^1] ^= 1;
        rig.Host.Raw(frame);
        rig.Run(2);
        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.FrameCorrupt));
        rig.Host.Heartbeat();
    }

    [Fact]
    public void Another_version_is_refused_with_the_version_of_the_device()
    {
        BoardRig rig = Lit();
        byte[] frame = new byte[Frame.HeaderBytes];
        Frame.Seal(frame, 0, MessageType.SwitchDarkRequest, 3, 900, 0);
        frame[2] = 9;
        LittleEndian.PutUInt32(frame, 20, Crc32C.Compute(frame, 0, 20));
        rig.Host.Raw(frame);
        rig.Run(2);

        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.WrongVersion));
        Assert.Contains(FaultCode.WrongVersion, rig.Host.FaultEvents);
        RefusedReply refused = rig.Host.TakeReply<RefusedReply>(900);
        Assert.Equal((RefusalReason.WrongVersion, WireProtocol.Version), (refused.Reason, refused.Detail));

        // Such frames do not count as a host that is heard.
        for (int i = 0; i < 1200; i++)
        {
            rig.Host.Raw(frame);
            rig.Step();
        }

        AssertDark(rig, FaultCode.WrongVersion, FaultCode.HostSilent);
    }

    [Fact]
    public void An_unknown_command_is_refused_and_counted()
    {
        BoardRig rig = Lit();
        Assert.Equal((RefusalReason.UnknownCommand, 0x33), rig.Host.Refused((MessageType)0x33));
        Assert.Equal((RefusalReason.UnknownCommand, 0x49), rig.Host.Refused(MessageType.HealthReply));
        Assert.Equal(2u, rig.Faults.CountOf(FaultCode.UnknownCommand));
    }

    [Theory]
    [InlineData(1, 4, 2, 2, RefusalReason.OutOfRange)]
    [InlineData(3, 1, 2, 2, RefusalReason.OutOfRange)]
    [InlineData(1, 0, 2, 2, RefusalReason.OutOfRange)]
    [InlineData(1, 1, 1, 2, RefusalReason.TwoUsersOnOneInput)]
    [InlineData(1, 2, 2, 2, RefusalReason.OneUserOnTwoInputs)]
    [InlineData(1, 3, 2, 2, RefusalReason.NotWired)]
    public void A_connection_that_cannot_be_is_refused_and_the_light_goes_off(int input1, int user1, int input2, int user2, RefusalReason expected)
    {
        BoardRig rig = Lit();
        SwitchConnectRequest request = new();
        request.SetPair(user1, user2);
        request.Inputs[0] = (byte)input1;
        request.Inputs[1] = (byte)input2;

        Assert.Equal(expected, rig.Host.Refused(MessageType.SwitchConnectRequest, request).Reason);
        AssertDark(rig, FaultCode.BadRequest);
        rig.Run(300);
        Assert.Equal(SwitchState.Dark, rig.Host.Heartbeat().SwitchState);
        Assert.Equal([1, 2], rig.Host.Connect(1, 2).Users);
    }

    [Fact]
    public void Payloads_of_wrong_length_are_refused()
    {
        BoardRig rig = Lit();
        foreach (MessageType type in Enum.GetValues<MessageType>().Where(t => t is < MessageType.CreditGrant and not MessageType.SwitchDarkRequest))
        {
            (MessageType replyType, byte[] payload) = rig.Host.Ask(type, new byte[33]);
            Assert.Equal(MessageType.RefusedReply, replyType);
            Assert.Equal(RefusalReason.BadLength, HostEnd.Decode(new RefusedReply(), payload).Reason);
        }

        rig.Host.Send(MessageType.CreditGrant, 0, new byte[3]);
        rig.Run(2);
        Assert.Equal(13u, rig.Faults.CountOf(FaultCode.BadRequest));
    }

    [Fact]
    public void Missing_frames_are_counted()
    {
        BoardRig rig = Lit();
        rig.Host.SkipSequence(3);
        rig.Host.Heartbeat();

        Assert.Equal(3u, rig.Host.Ask<HealthReply>(MessageType.HealthRequest).FramesMissed);
        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.SequenceGap));
    }

    [Fact]
    public void A_frame_that_stops_in_the_middle_is_given_up_and_the_next_one_found()
    {
        BoardRig rig = Lit();
        byte[] frame = new byte[Frame.HeaderBytes + 8];
        Frame.Seal(frame, 0, MessageType.HeartbeatRequest, 3, 500, 8);
        rig.Host.Raw(frame.AsSpan(0, 26));
        rig.Run(250);

        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.FrameAbandoned));
        rig.Host.Heartbeat();
        Assert.Equal(0, rig.Host.Repetitions);
        Assert.True(rig.LightEnable.Level);
    }

    [Fact]
    public void A_link_that_closes_in_the_middle_of_a_frame_takes_the_light_away_at_once()
    {
        BoardRig rig = Lit();
        HubDeviceTests.Start(rig, 1, 100);
        for (int i = 0; i < 64; i++)
        {
            rig.As6500.AddStop(i & 3, 1000 * i);
        }

        byte[] half = new byte[Frame.HeaderBytes];
        Frame.Seal(half, 0, MessageType.SwitchDarkRequest, 3, 500, 0);
        rig.Host.Raw(half.AsSpan(0, 10));
        rig.Step();
        rig.DeviceEnd.IsOpen = false;
        rig.Step();

        AssertDark(rig, FaultCode.LinkLost);
        Assert.Equal(CaptureState.Idle, rig.Device.Capture.State);
        rig.Run(1500);
        Assert.Equal(0u, rig.Faults.CountOf(FaultCode.HostSilent));

        rig.DeviceEnd.IsOpen = true;
        rig.Host.Forget();
        rig.Host.Hello(2);
        Assert.Contains(rig.Host.Events, e => e.Type == MessageType.SwitchEvent);
        Assert.Contains(FaultCode.LinkLost, rig.Host.FaultEvents);
        Assert.Equal([1, 2], rig.Host.Connect(1, 2).Users);
        HubDeviceTests.Start(rig, 2, 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_host_that_takes_the_place_of_another_at_once_finds_the_light_off(int looks)
    {
        // The link says only once that it was closed, whichever look that is.
        BlinkingLink? link = null;
        BoardRig rig = Lit(new BoardRig(wrapLink: inner => link = new BlinkingLink(inner)));
        link!.OpenLooks = looks;
        rig.Run(5);

        AssertDark(rig, FaultCode.LinkLost);
        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.LinkLost));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void A_host_that_goes_silent_loses_the_light_after_its_own_time(int timeoutMs)
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        rig.Host.Ask<ConfigurationReply>(
            MessageType.ConfigureRequest, new ConfigureRequest { Key = ConfigurationKey.HostTimeoutMs, Value = timeoutMs });
        rig.Host.Connect(1, 2);
        rig.Host.Heartbeat();
        HubDeviceTests.Start(rig, 1, 100);
        rig.Run(timeoutMs - 2);
        Assert.True(rig.LightEnable.Level);
        rig.Run(3);

        AssertDark(rig, FaultCode.HostSilent);
        Assert.Equal(CaptureState.Idle, rig.Device.Capture.State);
        rig.Run(500);
        Assert.Equal(1u, rig.Faults.CountOf(FaultCode.HostSilent));
        Assert.Equal(SwitchState.Dark, rig.Host.Heartbeat().SwitchState);
        Assert.Contains(rig.Host.Events, e => e.Type == MessageType.SwitchEvent);
        Assert.Equal([1, 2], rig.Host.Connect(1, 2).Users);
    }

    [Fact]
    public void A_switch_that_sticks_is_refused_with_its_fault_and_stays_dark_until_cleared()
    {
        BoardRig rig = Lit();
        rig.Mechanics[1].IsStuck = true;
        (RefusalReason reason, int detail) = HubDeviceTests.RefusedConnect(rig, 1, 3);

        Assert.Equal((RefusalReason.Failed, (int)FaultCode.SwitchStuck), (reason, detail));
        AssertDark(rig, FaultCode.SwitchStuck, FaultCode.SwitchNotDark);
        Assert.Equal((RefusalReason.FaultActive, (int)FaultCode.SwitchStuck), HubDeviceTests.RefusedConnect(rig, 1, 2));
        Assert.Equal((RefusalReason.Failed, (int)FaultCode.SwitchStuck), rig.Host.Refused(MessageType.SwitchDarkRequest));
        rig.Mechanics[1].IsStuck = false;
        rig.Host.Ask<FaultsReply>(MessageType.ClearFaultsRequest);
        rig.Run(200);
        Assert.Equal([1, 2], rig.Host.Connect(1, 2).Users);
    }

    [Fact]
    public void A_switch_that_moves_by_itself_is_told()
    {
        BoardRig rig = Lit();
        rig.Mechanics[0].Jump(3);
        rig.Run(80);

        AssertDark(rig, FaultCode.SwitchMovedUnasked);
        Assert.Contains(FaultCode.SwitchMovedUnasked, rig.Host.FaultEvents);
        SwitchStatus told = HostEnd.Decode(
            new SwitchStatus(), rig.Host.Events.First(e => e.Type == MessageType.SwitchEvent).Payload);
        Assert.Equal((FaultCode.SwitchMovedUnasked, false), (told.Fault, told.IsLightEnabled));
    }

    [Theory]
    [InlineData(MisoFault.AllOnes, FaultCode.TaggerAllOnes)]
    [InlineData(MisoFault.AllZeros, FaultCode.TaggerAllZeros)]
    public void A_tagger_that_answers_nonsense_refuses_a_capture_by_name(MisoFault miso, FaultCode expected)
    {
        BoardRig rig = Lit();
        rig.As6500.Miso = miso;

        Assert.Equal(
            (RefusalReason.Failed, (int)expected),
            rig.Host.Refused(MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = 1 }));
        Assert.Contains(expected, rig.Host.FaultEvents);
        Assert.Equal(CaptureState.Idle, rig.Host.Heartbeat().CaptureState);
    }

    [Fact]
    public void A_reference_that_goes_missing_ends_the_capture_and_is_told()
    {
        BoardRig rig = Lit();
        HubDeviceTests.Start(rig, 1, 100);
        rig.As6500.ReferencePresent.Level = false;
        rig.Run(10);

        Assert.Contains(FaultCode.ReferenceMissing, rig.Host.FaultEvents);
        CaptureStatus status = rig.Host.Ask<CaptureStatus>(MessageType.CaptureStopRequest);
        Assert.Equal((CaptureState.Faulted, FaultCode.ReferenceMissing), (status.State, status.Fault));
        TagBlock header = new();
        Assert.Equal(WireError.None, header.Decode(rig.Host.Blocks[^1], 0, rig.Host.Blocks[^1].Length));
        Assert.Equal(TagLoss.ReferenceMissing | TagLoss.EndOfCapture, header.Flags & ~TagLoss.LostCountIsLowerBound);
    }

    [Theory]
    [InlineData(FaultCode.SwitchWrongPort, false)]
    [InlineData(FaultCode.SwitchNotSettled, false)]
    [InlineData(FaultCode.ReferenceStuck, true)]
    [InlineData(FaultCode.FifoOverflow, true)]
    [InlineData(FaultCode.ResultImplausible, true)]
    public void What_goes_wrong_at_a_chip_reaches_the_host_with_name_and_count(FaultCode expected, bool isLit)
    {
        BoardRig rig = Lit();
        Damage(rig, expected);

        Assert.Contains(expected, rig.Host.FaultEvents);
        FaultsReply table = rig.Host.Ask<FaultsReply>(MessageType.FaultsRequest);
        Assert.Contains(table.Records.Take(table.Count), record => record.Code == expected && record.Count > 0);
        Assert.Equal(isLit, rig.LightEnable.Level);
    }

    [Fact]
    public void A_chattering_fault_does_not_fill_the_link()
    {
        BoardRig rig = Lit();
        for (int i = 0; i < 500; i++)
        {
            rig.Host.Send((MessageType)0x33, 100 + i, []);
            rig.Step();
        }

        Assert.Equal(500u, rig.Faults.CountOf(FaultCode.UnknownCommand));
        Assert.InRange(rig.Host.FaultEvents.Count(code => code == FaultCode.UnknownCommand), 3, 7);
    }

    private static void Damage(BoardRig rig, FaultCode fault)
    {
        switch (fault)
        {
            case FaultCode.SwitchWrongPort:
                rig.Parts.SwitchSettings.Retries = 0;
                rig.Host.Ask<SwitchStatus>(MessageType.SwitchDarkRequest);
                rig.Mechanics[0].WrongMoves = 1;
                Assert.Equal((RefusalReason.Failed, (int)fault), HubDeviceTests.RefusedConnect(rig, 1, 2));
                break;
            case FaultCode.SwitchNotSettled:
                rig.Mechanics[1].Chatters = true;
                Assert.Equal((RefusalReason.Failed, (int)fault), HubDeviceTests.RefusedConnect(rig, 1, 3));
                break;
            default:
                HubDeviceTests.Start(rig, 1, 100);
                rig.Run(1);
                rig.As6500.ImplausibleResults = fault == FaultCode.ResultImplausible ? 1 : 0;
                Pulses(rig, burst: fault == FaultCode.FifoOverflow ? As6500Chip.FifoDepth + 5 : 1);
                if (fault == FaultCode.ReferenceStuck)
                {
                    rig.As6500.FreezeReferenceIndex();
                    Pulses(rig, burst: 1);
                }

                break;
        }
    }

    private static void Pulses(BoardRig rig, int burst)
    {
        for (int ms = 0; ms < 60; ms++)
        {
            for (int i = 0; i < burst; i++)
            {
                rig.As6500.AddStop(0, (rig.Clock.NowMs * 1_000_000_000) + (i * 20_000));
            }

            rig.Step();
        }
    }

    private static BoardRig Lit(BoardRig? made = null)
    {
        BoardRig rig = made ?? new BoardRig();
        rig.Host.Hello();
        rig.Run(200);
        rig.Host.Connect(1, 2);
        rig.Run(50);
        Assert.True(rig.LightEnable.Level);
        rig.Host.Heartbeat();
        return rig;
    }

    private static void AssertDark(BoardRig rig, params FaultCode[] faults)
    {
        Assert.False(rig.LightEnable.Level);
        Assert.False(rig.Parts.Switch!.IsLightEnabled);
        Assert.All(faults, fault =>
        {
            Assert.True(rig.Faults.IsActive(fault), $"{fault} is not active");
            Assert.True(rig.Faults.CountOf(fault) > 0);
        });
    }
}
