using System.Text;
using CsCheck;
using MdiQkd.Wire;

namespace MdiQkd.Protocol.Tests.Wire;

public sealed class WireMessageTests
{
    public static TheoryData<string> Names => [.. WireVectors.Frames.Keys];

    [Fact]
    public void Every_message_type_has_a_vector()
    {
        IEnumerable<MessageType> seen = WireVectors.Frames.Values.Select(frame => (MessageType)frame[3]).Distinct();

        Assert.Equal(Enum.GetValues<MessageType>().Order(), seen.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_frame_is_read_and_written_again_byte_by_byte(string name)
    {
        byte[] golden = WireVectors.Frames[name];
        FrameReader reader = new(WireProtocol.PayloadBytesMax);
        golden.CopyTo(reader.Buffer, 0);
        reader.Commit(golden.Length);
        Assert.Equal(WireError.None, reader.Next());

        byte[] written = new byte[golden.Length];
        int payloadBytes = 0;
        if (WireVectors.Codec(reader.Header.Type) is { } message)
        {
            Assert.Equal(WireError.None, message.Decode(reader.Buffer, reader.PayloadOffset, reader.PayloadCount));
            Assert.InRange(golden.Length - Frame.HeaderBytes, 0, message.PayloadBytesMax);
            payloadBytes = message.Encode(written, Frame.HeaderBytes);
        }
        else if (reader.Header.Type == MessageType.TagBlock)
        {
            payloadBytes = Rewrite(reader.Buffer, reader.PayloadOffset, reader.PayloadCount, written);
        }

        int frameBytes = Frame.Seal(written, 0, reader.Header.Type, reader.Header.Sequence, reader.Header.RequestId, payloadBytes);
        Assert.Equal(golden.Length, frameBytes);
        Assert.Equal(golden, written);
        Assert.Equal(WireError.Incomplete, reader.Next());
        Assert.Equal(0, reader.DiscardedBytes);
    }

    [Fact]
    public void Golden_frames_hold_what_the_specification_says()
    {
        HelloReply hello = WireVectors.Decode<HelloReply>("HelloReply");
        Assert.Equal(0xCAFE0001u, hello.SessionId);
        Assert.Equal((1, 2, 3), (hello.FirmwareMajor, hello.FirmwareMinor, hello.FirmwarePatch));
        Assert.Equal(3, hello.Users);
        Assert.Equal((Capabilities)0x1FF, hello.Capabilities);
        Assert.Equal("hub-esp32s3", Encoding.ASCII.GetString(hello.BoardName).TrimEnd('\0'));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], hello.Serial);
        Assert.Equal((15625u, 4u), (hello.TickFsNumerator, hello.TickDenominator));
        Assert.Equal((3, 4, 960), (hello.ChannelBits, hello.BlockBuffers, hello.BlockItemsMax));
        Assert.Equal([ChannelRole.Detector, ChannelRole.Detector, ChannelRole.Sync, ChannelRole.Marker], hello.ChannelRoles[..4]);
        Assert.Equal([0, 1, 0, 5], hello.ChannelIndexes[..4]);

        SwitchConnectRequest connect = WireVectors.Decode<SwitchConnectRequest>("SwitchConnectRequest");
        Assert.Equal(2, connect.RouteCount);
        Assert.Equal([1, 2], connect.Inputs);
        Assert.Equal([3, 1], connect.Users);

        SwitchStatus status = WireVectors.Decode<SwitchStatus>("SwitchConnectReply");
        Assert.Equal((SwitchState.LockedOut, true, FaultCode.None), (status.State, status.IsLightEnabled, status.Fault));
        Assert.Equal([3, 1], status.Users);
        Assert.Equal([3, SwitchStatus.NoReadBack], status.ReadBack);
        Assert.Equal((7u, 20), (status.Retries, status.LockOutMs));
        Assert.Equal([123456u, 99u], status.Operations);

        CaptureStatus capture = WireVectors.Decode<CaptureStatus>("CaptureStopReply");
        Assert.Equal((513, CaptureState.Draining, FaultCode.FifoOverflow), (capture.CaptureId, capture.State, capture.Fault));
        Assert.Equal((70000u, 5_000_000_000, 900000500), (capture.NextBlock, capture.LostTags, capture.EndTick));

        HealthReply health = WireVectors.Decode<HealthReply>("HealthReply");
        Assert.Equal((86400000, 41250, 123456u), (health.UptimeMs, health.TemperatureMilliC, health.FreeMemoryBytes));
        Assert.Equal((16, 3, 25), (health.FifoHighWater, health.BufferHighWater, health.LoopMsMax));
        Assert.True(health.HasTemperature && health.IsReferencePresent && health.HasPassedSelfTest);
        Assert.Equal((12, 4_000_000_000u), (health.LostTags, health.BlocksSent));
        Assert.Equal((5u, 6u, 7u), (health.FramesReceived, health.FramesRejected, health.FramesMissed));
        Assert.Equal((8, 9u), (health.DiscardedBytes, health.RepeatedRequests));

        SelfTestReply selfTest = WireVectors.Decode<SelfTestReply>("SelfTestReply");
        Assert.Equal(2, selfTest.Count);
        Assert.Equal((SelfTestStep.BenchTimer, SelfTestOutcome.Passed), (selfTest.Steps[0], selfTest.Outcomes[0]));
        Assert.Equal((21500, 20000, 23000), (selfTest.Measured[0], selfTest.Lowest[0], selfTest.Highest[0]));
        Assert.False(selfTest.HasPassed);

        FaultRecord fault = WireVectors.Decode<FaultRecord>("FaultEvent");
        Assert.Equal((FaultCode.SwitchStuck, true, 2, 3u), (fault.Code, fault.IsActive, fault.Detail, fault.Count));
        Assert.Equal(123456789012, fault.UptimeMs);

        RefusedReply refused = WireVectors.Decode<RefusedReply>("RefusedReply");
        Assert.Equal((4, RefusalReason.TwoUsersOnOneInput, 1), (refused.RequestType, refused.Reason, refused.Detail));

        CreditGrant credit = WireVectors.Decode<CreditGrant>("CreditGrant");
        Assert.Equal((513, 32u), (credit.CaptureId, credit.CreditLimit));

        ConfigurationReply configuration = WireVectors.Decode<ConfigurationReply>("ConfigurationReply");
        Assert.Equal(ConfigurationKey.TemperatureLimitMilliC, configuration.Key);
        Assert.Equal((70000, -40000, 125000), (configuration.Value, configuration.Lowest, configuration.Highest));

        DeviceStatus device = WireVectors.Decode<DeviceStatus>("HeartbeatReply");
        Assert.Equal((86400500, SwitchState.Connected, CaptureState.Running), (device.UptimeMs, device.SwitchState, device.CaptureState));
        Assert.Equal((2, 23u, 12), (device.ActiveFaults, device.NextBlock, device.LostTags));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_payload_of_another_length_is_refused(string name)
    {
        byte[] frame = WireVectors.Frames[name];
        if (WireVectors.Codec((MessageType)frame[3]) is not { } message)
        {
            return;
        }

        byte[] payload = [.. frame.AsSpan(Frame.HeaderBytes), 0];
        for (int length = 0; length <= payload.Length; length++)
        {
            WireError expected = length == payload.Length - 1 ? WireError.None : WireError.BadLength;
            Assert.Equal(expected, message.Decode(payload, 0, length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_codec_accepts_it_writes_in_the_same_bytes(string name)
    {
        // Nothing is read over: a changed byte is either refused or comes back.
        byte[] frame = WireVectors.Frames[name];
        if (WireVectors.Codec((MessageType)frame[3]) is not { } message || frame.Length == Frame.HeaderBytes)
        {
            return;
        }

        byte[] golden = frame[Frame.HeaderBytes..];
        byte[] written = new byte[golden.Length];
        Gen.Select(Gen.Int[0, golden.Length - 1], Gen.Byte, Gen.Int[0, golden.Length - 1], Gen.Byte).Sample(
            (i, a, j, b) =>
            {
                byte[] payload = [.. golden];
                payload[i] = a;
                payload[j] = b;
                if (message.Decode(payload, 0, payload.Length) == WireError.None)
                {
                    Assert.Equal(payload.Length, message.Encode(written, 0));
                    Assert.Equal(payload, written);
                }
            },
            seed: "0000wire0001", iter: 2000, threads: 1);
    }

    [Fact]
    public void A_pair_for_the_switch_is_two_routes()
    {
        SwitchConnectRequest request = new();
        byte[] payload = new byte[SwitchConnectRequest.PayloadBytes];
        request.SetPair(3, 1);
        request.Encode(payload, 0);

        Assert.Equal(WireVectors.Frames["SwitchConnectRequest"][Frame.HeaderBytes..], payload);
    }

    [Fact]
    public void Every_fault_says_where_to_look()
    {
        string[] texts = [.. Enum.GetValues<FaultCode>().Select(FaultText.Describe)];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.DoesNotContain(FaultText.Describe((FaultCode)999), texts);
        Assert.True(Enum.GetValues<FaultCode>().Length <= FaultsReply.RecordsMax);
    }

    private static int Rewrite(byte[] buffer, int offset, int count, byte[] written)
    {
        TagBlock header = new();
        Assert.Equal(WireError.None, header.Decode(buffer, offset, count));
        long[] ticks = new long[header.TagCount];
        byte[] channels = new byte[header.TagCount];
        Assert.Equal(WireError.None, TagBlockReader.Decode(header, buffer, offset, ticks, channels));
        TagBlockWriter writer = new(header.ChannelBits, 64);
        byte[] scratch = new byte[TagBlock.PayloadBytesMax(64)];
        writer.Begin(scratch, 0, header.Number, header.CaptureId);
        for (int i = 0; i < ticks.Length; i++)
        {
            Assert.True(writer.TryAdd(ticks[i], channels[i]));
        }

        int payloadBytes = writer.Finish(header.EndTick, header.LostTags, header.Flags, header.FifoHighWater);
        scratch.AsSpan(0, payloadBytes).CopyTo(written.AsSpan(Frame.HeaderBytes));
        return payloadBytes;
    }
}
