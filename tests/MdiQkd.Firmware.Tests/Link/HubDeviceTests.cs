using System.Text;
using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.Link;

public sealed class HubDeviceTests
{
    [Fact]
    public void The_hello_says_what_the_board_is()
    {
        BoardRig rig = new();
        HelloReply hello = rig.Host.Hello(77);

        Assert.Equal(77u, hello.SessionId);
        Assert.Equal("test-board", Encoding.ASCII.GetString(hello.BoardName).TrimEnd('\0'));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], hello.Serial);
        Assert.Equal((3, 3, 4, 64), (hello.Users, hello.ChannelBits, hello.BlockBuffers, hello.BlockItemsMax));
        Assert.Equal((1000u, 1u), (hello.TickFsNumerator, hello.TickDenominator));
        Assert.Equal([ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync, ChannelRole.Unused], hello.ChannelRoles[..4]);
        Assert.Equal([0, 1, 0, 0], hello.ChannelIndexes[..4]);
        Assert.Equal(
            Capabilities.OpticalSwitch | Capabilities.SwitchReadBack | Capabilities.LightEnable | Capabilities.Tagger
            | Capabilities.BenchTimer | Capabilities.ReferenceMonitor | Capabilities.HardwareWatchdog | Capabilities.Thermometer,
            hello.Capabilities);
        Assert.Equal(
            (FirmwareVersion.Major, FirmwareVersion.Minor, FirmwareVersion.Patch),
            (hello.FirmwareMajor, hello.FirmwareMinor, hello.FirmwarePatch));
    }

    [Fact]
    public void A_bare_board_says_that_parts_are_not_fitted()
    {
        BoardRig rig = new(isBare: true);
        HelloReply hello = rig.Host.Hello();
        SwitchConnectRequest connect = new();
        connect.SetPair(1, 2);

        Assert.Equal((Capabilities.Thermometer, 0, 0), (hello.Capabilities, hello.Users, hello.ChannelBits));
        Assert.Equal(RefusalReason.NotFitted, rig.Host.Refused(MessageType.SwitchConnectRequest, connect).Reason);
        Assert.Equal(RefusalReason.NotFitted, rig.Host.Refused(MessageType.SwitchDarkRequest).Reason);
        Assert.Equal(RefusalReason.NotFitted, rig.Host.Refused(MessageType.SwitchStatusRequest).Reason);
        Assert.Equal(RefusalReason.NotFitted, rig.Host.Refused(MessageType.CaptureStopRequest).Reason);
        Assert.Equal(
            RefusalReason.NotFitted,
            rig.Host.Refused(MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = 1 }).Reason);
        Assert.True(rig.Host.Ask<SelfTestReply>(MessageType.SelfTestRequest).HasPassed);
        Assert.True(rig.Host.Ask<HealthReply>(MessageType.HealthRequest).HasTemperature);
        Assert.Equal(SwitchState.Unknown, rig.Host.Heartbeat().SwitchState);
    }

    [Fact]
    public void Without_a_session_everything_is_refused()
    {
        BoardRig rig = new();
        rig.Run(200);

        Assert.Equal(RefusalReason.NoSession, rig.Host.Refused(MessageType.SwitchDarkRequest).Reason);
        Assert.Equal(RefusalReason.NoSession, rig.Host.Refused((MessageType)0x33).Reason);
        Assert.Equal(RefusalReason.OutOfRange, rig.Host.Refused(MessageType.HelloRequest, new HelloRequest()).Reason);
    }

    [Fact]
    public void A_pair_is_connected_and_darkened()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        SwitchStatus connected = rig.Host.Connect(1, 3);

        Assert.Equal((SwitchState.LockedOut, true), (connected.State, connected.IsLightEnabled));
        Assert.Equal([1, 3], connected.Users);
        Assert.Equal([1, 2], connected.ReadBack);
        Assert.Equal([1, 2], rig.Mechanics.Select(m => m.Position));

        SwitchStatus dark = rig.Host.Ask<SwitchStatus>(MessageType.SwitchDarkRequest);
        Assert.Equal((SwitchState.Dark, false), (dark.State, dark.IsLightEnabled));
        Assert.Equal([0, 0], dark.ReadBack);
        Assert.Equal(SwitchState.Dark, rig.Host.Ask<SwitchStatus>(MessageType.SwitchStatusRequest).State);
        uint[] operations = dark.Operations;
        Assert.Equal(operations, rig.Host.Ask<SwitchStatus>(MessageType.SwitchDarkRequest).Operations);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 2)]
    [InlineData(0, 4)]
    public void A_request_is_carried_out_once_whatever_is_lost(int lostRequests, int lostReplies)
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Host.Ask<ConfigurationReply>(
            MessageType.ConfigureRequest, new ConfigureRequest { Key = ConfigurationKey.HostTimeoutMs, Value = 5000 });
        rig.Run(200);
        rig.Host.LoseRequests = lostRequests;
        rig.Host.LoseReplies = lostReplies;
        int moves = rig.Mechanics[0].Moves;
        SwitchStatus status = rig.Host.Connect(1, 2);

        Assert.Equal([1, 2], status.Users);
        Assert.Equal(moves + 1, rig.Mechanics[0].Moves);
        Assert.Equal(lostRequests + lostReplies, rig.Host.Repetitions);
        Assert.Equal((uint)lostReplies, rig.Host.Ask<HealthReply>(MessageType.HealthRequest).RepeatedRequests);
    }

    [Fact]
    public void A_repetition_while_the_switch_still_moves_is_answered_once_when_it_is_there()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        SwitchConnectRequest request = new();
        request.SetPair(1, 2);
        byte[] payload = new byte[SwitchConnectRequest.PayloadBytes];
        request.Encode(payload, 0);
        rig.Host.Send(MessageType.SwitchConnectRequest, 2, payload);
        rig.Run(3);
        rig.Host.Send(MessageType.SwitchConnectRequest, 2, payload);
        rig.Run(3);

        Assert.Equal(SwitchState.LockedOut, HostEnd.Decode(new SwitchStatus(), rig.Host.Ask(MessageType.SwitchConnectRequest, payload).Payload).State);
    }

    [Fact]
    public void A_new_session_ends_what_ran()
    {
        BoardRig rig = new();
        rig.Host.Hello(1);
        rig.Run(200);
        rig.Host.Connect(1, 2);
        Start(rig, 1, 100);
        rig.Host.Hello(2);
        rig.Run(300);

        DeviceStatus status = rig.Host.Heartbeat();
        Assert.Equal((SwitchState.Dark, CaptureState.Idle), (status.SwitchState, status.CaptureState));
        Assert.Equal([0, 0], rig.Mechanics.Select(m => m.Position));
    }

    [Fact]
    public void The_same_hello_again_changes_nothing()
    {
        BoardRig rig = new();
        rig.Host.Hello(1);
        rig.Run(200);
        rig.Host.Connect(1, 2);
        rig.Host.Hello(1);

        Assert.Equal([1, 2], rig.Host.Ask<SwitchStatus>(MessageType.SwitchStatusRequest).Users);
    }

    [Fact]
    public void Values_are_changed_in_their_ranges_only()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        foreach (ConfigurationKey key in Enum.GetValues<ConfigurationKey>())
        {
            ConfigurationReply before = rig.Host.Ask<ConfigurationReply>(
                MessageType.ConfigurationRequest, new ConfigurationRequest { Key = key });
            Assert.Equal(key, before.Key);
            foreach (int value in new[] { before.Lowest, before.Highest, before.Value })
            {
                ConfigurationReply after = rig.Host.Ask<ConfigurationReply>(
                    MessageType.ConfigureRequest, new ConfigureRequest { Key = key, Value = value });
                Assert.Equal(value, after.Value);
            }

            Assert.Equal(
                (RefusalReason.OutOfRange, before.Lowest - 1),
                rig.Host.Refused(MessageType.ConfigureRequest, new ConfigureRequest { Key = key, Value = before.Lowest - 1 }));
        }

        Assert.Equal(
            (RefusalReason.OutOfRange, 99),
            rig.Host.Refused(MessageType.ConfigurationRequest, new ConfigurationRequest { Key = (ConfigurationKey)99 }));
        Assert.Equal(
            (RefusalReason.OutOfRange, 7),
            rig.Host.Refused(MessageType.ConfigureRequest, new ConfigureRequest { Key = 0, Value = 7 }));
    }

    [Fact]
    public void The_switch_is_not_reconfigured_under_light_and_its_operations_survive_a_restart()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        ConfigureRequest operations = new() { Key = ConfigurationKey.SwitchOperations2, Value = 5000 };
        rig.Host.Ask<ConfigurationReply>(MessageType.ConfigureRequest, operations);
        Assert.Equal(5001u, rig.Host.Connect(1, 2).Operations[1]);

        Assert.Equal(RefusalReason.NotNow, rig.Host.Refused(MessageType.ConfigureRequest, operations).Reason);
        ConfigurationReply reply = rig.Host.Ask<ConfigurationReply>(
            MessageType.ConfigurationRequest, new ConfigurationRequest { Key = ConfigurationKey.SwitchOperations2 });
        Assert.Equal(5001, reply.Value);
    }

    [Fact]
    public void The_self_test_looks_at_every_part()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        SelfTestReply passed = rig.Host.Ask<SelfTestReply>(MessageType.SelfTestRequest);

        Assert.True(passed.HasPassed);
        Assert.Equal(
            [
                SelfTestStep.Checksum, SelfTestStep.TaggerRegisters, SelfTestStep.Reference, SelfTestStep.SwitchDark,
                SelfTestStep.SwitchDriver, SelfTestStep.Temperature, SelfTestStep.FreeMemory, SelfTestStep.BenchTimer,
            ],
            passed.Steps[..passed.Count]);
        Assert.InRange(passed.Measured[7], 21_400, 21_600);
        Assert.True(rig.Host.Ask<HealthReply>(MessageType.HealthRequest).HasPassedSelfTest);

        rig.Tdc.IsUnplugged = true;
        rig.Mechanics[0].Jump(2);
        SelfTestReply failed = rig.Host.Ask<SelfTestReply>(MessageType.SelfTestRequest);
        Assert.Equal(
            [SelfTestStep.SwitchDark, SelfTestStep.BenchTimer],
            Enumerable.Range(0, failed.Count).Where(i => failed.Outcomes[i] == SelfTestOutcome.Failed).Select(i => failed.Steps[i]));
        Assert.Contains(FaultCode.BenchTimer, rig.Host.FaultEvents);
    }

    [Fact]
    public void The_self_test_waits_until_light_and_capture_are_off()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        rig.Host.Connect(1, 2);
        Assert.Equal(RefusalReason.NotNow, rig.Host.Refused(MessageType.SelfTestRequest).Reason);
        rig.Host.Ask<SwitchStatus>(MessageType.SwitchDarkRequest);
        Start(rig, 1, 0);
        Assert.Equal(RefusalReason.NotNow, rig.Host.Refused(MessageType.SelfTestRequest).Reason);
    }

    [Fact]
    public void Health_counts_and_warnings_come()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.MilliC = 80_000;
        rig.FreeMemory = 9_999;
        rig.Host.Ask<ConfigurationReply>(
            MessageType.ConfigureRequest, new ConfigureRequest { Key = ConfigurationKey.HostTimeoutMs, Value = 5000 });
        rig.Run(2500);
        HealthReply health = rig.Host.Ask<HealthReply>(MessageType.HealthRequest);

        Assert.Equal((80_000, 9_999u, true, true), (health.TemperatureMilliC, health.FreeMemoryBytes, health.HasTemperature, health.IsReferencePresent));
        Assert.Equal((3u, 0u, 0u), (health.FramesReceived, health.FramesRejected, health.FramesMissed));
        Assert.InRange(health.UptimeMs, 2500, 2600);
        Assert.Equal(1, health.LoopMsMax);
        Assert.Equal([FaultCode.TemperatureHigh, FaultCode.MemoryLow], rig.Host.FaultEvents);
        Assert.Equal(2, rig.Host.Ask<FaultsReply>(MessageType.FaultsRequest).Count);
        FaultsReply cleared = rig.Host.Ask<FaultsReply>(MessageType.ClearFaultsRequest);
        Assert.All(cleared.Records.Take(cleared.Count), record => Assert.Equal((false, 1u), (record.IsActive, record.Count)));
    }

    [Fact]
    public void A_loop_that_was_held_up_is_told()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Clock.Advance(400);
        rig.Run(2);

        Assert.Contains(FaultCode.LoopLate, rig.Host.FaultEvents);
        Assert.Equal(401, rig.Host.Ask<HealthReply>(MessageType.HealthRequest).LoopMsMax);
    }

    [Fact]
    public void The_watchdog_is_fed_in_every_round_but_not_in_one_that_fails()
    {
        BoardRig rig = new();
        rig.Host.Hello();
        rig.Run(200);
        rig.Host.Connect(1, 2);
        int feeds = rig.Feeds;
        rig.Run(10);
        Assert.True(rig.Feeds >= feeds + 10);

        rig.Throws = true;
        feeds = rig.Feeds;
        bool hasThrown = false;
        for (int ms = 0; ms < 1100; ms++)
        {
            rig.Clock.Advance(1);
            int before = rig.Feeds;
            try
            {
                rig.Device.Poll();
            }
            catch (InvalidOperationException)
            {
                hasThrown = true;
                Assert.Equal(before, rig.Feeds);
                rig.Throws = false;
                rig.Device.GoDarkAfterError();
            }
        }

        Assert.True(hasThrown);
        Assert.False(rig.LightEnable.Level);
        rig.Host.Receive();
        rig.Run(300);
        Assert.Equal(SwitchState.Faulted, rig.Parts.Switch!.State);
        Assert.Equal((RefusalReason.FaultActive, (int)FaultCode.FirmwareError), RefusedConnect(rig, 1, 2));
        rig.Host.Ask<FaultsReply>(MessageType.ClearFaultsRequest);
        rig.Run(200);
        Assert.Equal([1, 2], rig.Host.Connect(1, 2).Users);
    }

    [Fact]
    public void A_whole_board_under_load_allocates_nothing()
    {
        BoardRig rig = new(isFrontEnd: true);
        rig.Host.Hello();
        rig.Run(200);
        rig.Host.Connect(1, 2);
        Start(rig, 1, uint.MaxValue / 2);
        rig.Host.IsDeaf = true;
        byte[] sink = new byte[1 << 16];
        byte[] heartbeat = new byte[Frame.HeaderBytes + CreditGrant.PayloadBytes];
        long before = 0;
        for (int ms = 1; ms <= 3000; ms++)
        {
            if (ms == 500)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            rig.Clock.Advance(1);
            if (ms % 100 == 0)
            {
                int bytes = Frame.Seal(heartbeat, 0, MessageType.HeartbeatRequest, (uint)(1000 + ms), 1000 + ms, CreditGrant.PayloadBytes);
                rig.Host.RawUnread(heartbeat, bytes);
            }

            for (int i = 0; i < 100; i++)
            {
                rig.FrontEnd.AddTag((rig.Clock.NowMs * 1_000_000_000) + (i * 1000), i & 1);
            }

            while (rig.Device.Poll())
            {
                rig.Host.Drain(sink);
            }

            rig.Host.Drain(sink);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(rig.Device.Capture.BlocksSent > 3000);
        Assert.Equal(0, rig.FrontEnd.Overflows);
        Assert.True(rig.LightEnable.Level);
    }

    internal static CaptureStatus Start(BoardRig rig, int captureId, uint credit) => rig.Host.Ask<CaptureStatus>(
        MessageType.CaptureStartRequest, new CaptureStartRequest { CaptureId = captureId, CreditLimit = credit });

    internal static (RefusalReason Reason, int Detail) RefusedConnect(BoardRig rig, int user1, int user2)
    {
        SwitchConnectRequest request = new();
        request.SetPair(user1, user2);
        return rig.Host.Refused(MessageType.SwitchConnectRequest, request);
    }
}
