using MdiQkd.Acquisition.Device;
using MdiQkd.Device.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Session;

public sealed class RequestTests
{
    [Fact]
    public void A_session_opens_with_a_hello_and_asks_how_long_the_board_waits_for_its_host()
    {
        ConversationRig rig = ConversationRig.Open();

        Assert.Equal([MessageType.HelloRequest, MessageType.ConfigurationRequest, MessageType.HeartbeatRequest], rig.Board.CarriedOut);
        Assert.Equal([1, 2, 3], rig.Board.Received.Select(frame => frame.Id));
        Assert.Equal(4, rig.Conversation.Greeting!.Users);
        Assert.Equal([1u], rig.Board.Sessions);
    }

    [Theory]
    [InlineData(1000, 4)]
    [InlineData(200, 20)]
    public void Heartbeats_come_four_times_per_host_timeout(int hostTimeoutMs, int perSecond)
    {
        ConversationRig rig = ConversationRig.Open(new ScriptedBoard { HostTimeoutMs = hostTimeoutMs });
        rig.Board.CarriedOut.Clear();
        rig.Run(1000);

        Assert.InRange(rig.Board.CarriedOut.Count(type => type == MessageType.HeartbeatRequest), perSecond - 1, perSecond + 1);
        Assert.Equal(SwitchState.Dark, rig.Conversation.Status!.SwitchState);
    }

    [Fact]
    public void A_request_that_is_lost_is_sent_again_with_the_same_id()
    {
        ConversationRig rig = ConversationRig.Open();
        int first = rig.Board.Received.Count;
        rig.Board.LosesFromHost = _ => true;
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(1400);
        Assert.False(health.Done.IsCompleted);
        rig.Board.LosesFromHost = _ => false;
        rig.Run(200);

        Assert.True(health.Done.IsCompletedSuccessfully);
        Assert.Equal(1234, ((HealthReply)health.Reply).UptimeMs);
        Assert.Contains((MessageType.HealthRequest, health.Id), rig.Board.Received.Skip(first));
        Assert.Equal(3, rig.Conversation.Counters.Repetitions);
    }

    [Fact]
    public void A_reply_that_is_lost_comes_from_memory_and_the_switch_moves_once()
    {
        ConversationRig rig = ConversationRig.Open();
        int lost = 0;
        rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.SwitchConnectReply && lost++ < 2 ? [] : bytes;
        DeviceRequest move = rig.Post(MessageType.SwitchConnectRequest, new SwitchStatus(), Pair(2, 3), 3000);
        rig.Run(9100);

        Assert.True(move.Done.IsCompletedSuccessfully);
        Assert.Single(rig.Board.CarriedOut, MessageType.SwitchConnectRequest);
        Assert.Equal(3, rig.Board.Received.Count(frame => frame == (MessageType.SwitchConnectRequest, move.Id)));
    }

    [Fact]
    public void Requests_are_answered_in_order_one_at_a_time()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Holds = type => type == MessageType.SwitchConnectRequest;
        DeviceRequest move = rig.Post(MessageType.SwitchConnectRequest, new SwitchStatus(), Pair(1, 2), 3000);
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(2500);
        Assert.False(health.Done.IsCompleted);
        Assert.DoesNotContain(rig.Board.Received, frame => frame.Type == MessageType.HealthRequest);
        rig.Board.AnswerHeld(rig.Board.Switch);
        rig.Run(20);

        Assert.True(move.Done.IsCompletedSuccessfully);
        Assert.True(health.Done.IsCompletedSuccessfully);
    }

    [Fact]
    public void While_a_long_request_is_open_the_board_still_hears_its_host()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Holds = type => type == MessageType.SelfTestRequest;
        rig.Board.Received.Clear();
        DeviceRequest test = rig.Post(MessageType.SelfTestRequest, new SelfTestReply(), null, 10_000);
        rig.Run(4000);

        // One frame per quarter of the host timeout.
        Assert.InRange(rig.Board.Received.Count(frame => frame == (MessageType.CreditGrant, 0)), 14, 17);
        Assert.False(test.Done.IsCompleted);
    }

    [Fact]
    public void Silence_is_named_after_six_attempts()
    {
        ConversationRig rig = new();
        rig.Board.LosesFromHost = _ => true;

        Assert.False(rig.Run(3100));
        DeviceException failure = rig.Conversation.OpenFailure!;
        Assert.Equal(DeviceFailure.Silent, failure.Failure);
        Assert.Contains("bench: no answer (HelloRequest was sent 6 times, 500 ms apart)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is the board powered", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_frames_point_to_the_baud_rate()
    {
        ConversationRig rig = new();
        rig.Board.LosesFromHost = _ => true;
        rig.Board.SendRaw([.. Enumerable.Range(0, 300).Select(i => (byte)(7 * i))]);

        Assert.False(rig.Run(3100));
        Assert.Equal(DeviceFailure.Garbage, rig.Conversation.OpenFailure!.Failure);
        Assert.Contains("300 bytes that are no frame", rig.Conversation.OpenFailure.Message, StringComparison.Ordinal);
        Assert.Contains("check the baud rate", rig.Conversation.OpenFailure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_protocol_version_is_named_at_once()
    {
        ConversationRig other = new(new ScriptedBoard { Version = 9 });

        Assert.False(other.Run(100));
        Assert.Equal(DeviceFailure.WrongVersion, other.Conversation.OpenFailure!.Failure);
        Assert.Contains("speaks protocol version 9, this software 1", other.Conversation.OpenFailure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RefusalReason.NotWired, 3, DeviceFailure.Refused, FaultCode.None, "No fibre leads from user 3")]
    [InlineData(RefusalReason.LockedOut, 17, DeviceFailure.Refused, FaultCode.None, "try again in 17 ms")]
    [InlineData(RefusalReason.FaultActive, 20, DeviceFailure.Refused, FaultCode.SwitchStuck, "SwitchStuck is active")]
    [InlineData(RefusalReason.Failed, 21, DeviceFailure.Faulted, FaultCode.SwitchWrongPort, "check address or coil wiring")]
    [InlineData(RefusalReason.Failed, 999, DeviceFailure.Faulted, (FaultCode)999, "the firmware is newer")]
    public void A_refusal_says_why_and_what_to_look_at(
        RefusalReason reason, int detail, DeviceFailure failure, FaultCode fault, string text)
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Answer = type => type != MessageType.SwitchConnectRequest ? null
            : new RefusedReply { RequestType = (byte)type, Reason = reason, Detail = detail };
        DeviceRequest move = rig.Post(MessageType.SwitchConnectRequest, new SwitchStatus(), Pair(1, 3), 3000);
        rig.Run(20);

        DeviceException e = ConversationRig.FailureOf(move);
        Assert.Equal((failure, (RefusalReason?)reason, fault), (e.Failure, e.Refusal, e.Fault));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("bench: SwitchConnectRequest was refused", e.Message, StringComparison.Ordinal);
        Assert.True(rig.Run(1000));
    }

    [Fact]
    public void Every_reason_of_refusal_has_a_text()
    {
        string[] texts =
        [
            .. Enum.GetValues<RefusalReason>().Select(reason => RefusalText.Describe(new RefusedReply { Reason = reason, Detail = 20 })),
        ];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.DoesNotContain(texts, text => text.Contains("newer than this software", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reply_out_of_range_is_not_believed()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Answer = type => type == MessageType.HealthRequest ? new HealthReply { UptimeMs = -1 } : null;
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(20);

        Assert.Equal(DeviceFailure.BadReply, ConversationRig.FailureOf(health).Failure);
        Assert.Equal(1, rig.Conversation.Counters.FramesRejected);
    }

    [Fact]
    public void A_late_reply_is_not_taken_for_the_answer_to_another_request()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Holds = type => type == MessageType.HealthRequest;
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(20);
        int id = health.Id;
        rig.Board.Holds = _ => false;

        // A stray reply with another id, and one of another type with the right id.
        byte[] stray = new byte[Frame.HeaderBytes + 64];
        int bytes = new HealthReply { UptimeMs = 5 }.Encode(stray, Frame.HeaderBytes);
        rig.Board.SendRaw(stray[..Frame.Seal(stray, 0, MessageType.HealthReply, 900, id + 1, bytes)]);
        rig.Board.SendRaw(stray[..Frame.Seal(stray, 0, MessageType.FaultsReply, 901, id, 0)]);
        rig.Run(20);

        Assert.False(health.Done.IsCompleted);
        Assert.Equal(2, rig.Conversation.Counters.StrayReplies);
    }

    [Fact]
    public void A_link_that_takes_nothing_is_given_up()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.IsStuck = true;
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());

        Assert.False(rig.Run(3100));
        Assert.Equal(DeviceFailure.Silent, ConversationRig.FailureOf(health).Failure);
    }

    [Fact]
    public void A_request_that_nobody_waits_for_is_not_sent()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Holds = type => type == MessageType.SwitchConnectRequest;
        rig.Post(MessageType.SwitchConnectRequest, new SwitchStatus(), Pair(1, 2), 3000);
        rig.Post(MessageType.HealthRequest, new HealthReply()).IsWithdrawn = true;
        rig.Board.AnswerHeld(rig.Board.Switch);
        rig.Run(100);

        Assert.DoesNotContain(MessageType.HealthRequest, rig.Board.CarriedOut);
    }

    private static SwitchConnectRequest Pair(int a, int b)
    {
        SwitchConnectRequest request = new();
        request.SetPair(a, b);
        return request;
    }
}
