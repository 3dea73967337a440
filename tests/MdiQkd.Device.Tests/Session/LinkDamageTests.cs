using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Device.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Session;

public sealed class LinkDamageTests
{
    [Fact]
    public void A_reply_with_any_byte_damaged_is_asked_for_again()
    {
        for (int at = 0; at < Frame.HeaderBytes + HealthReply.PayloadBytes; at++)
        {
            ConversationRig rig = ConversationRig.Open();
            int damaged = 0;
            rig.Board.ToHost = (_, bytes) =>
            {
                if (bytes[3] == (byte)MessageType.HealthReply && damaged++ == 0)
                {
                    bytes[at] ^= 0x10;
                }

                return bytes;
            };
            DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
            rig.Run(600);

            Assert.True(health.Done.IsCompletedSuccessfully, $"byte {at}");
            Assert.Equal(1234, ((HealthReply)health.Reply).UptimeMs);
            Assert.Equal(1, rig.Conversation.Counters.Repetitions);
            Assert.True(rig.Conversation.Counters.FramesRejected > 0, $"byte {at}");
            Assert.Single(rig.Board.CarriedOut, MessageType.HealthRequest);
        }
    }

    [Fact]
    public void A_reply_cut_anywhere_is_given_up_and_asked_for_again()
    {
        for (int length = 1; length < Frame.HeaderBytes + HealthReply.PayloadBytes; length += 5)
        {
            ConversationRig rig = ConversationRig.Open();
            int cut = 0;
            rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.HealthReply && cut++ == 0 ? bytes[..length] : bytes;
            DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
            rig.Run(600);

            Assert.True(health.Done.IsCompletedSuccessfully, $"cut after {length}");
            Assert.Equal(length, rig.Conversation.Counters.DiscardedBytes);
        }
    }

    [Fact]
    public void Garbage_between_frames_costs_nothing_but_a_count()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.ToHost = (_, bytes) => [0, (byte)'M', (byte)'Q', 1, 2, 3, .. bytes];
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(20);

        Assert.True(health.Done.IsCompletedSuccessfully);
        Assert.Equal(0, rig.Conversation.Counters.Repetitions);
        Assert.Equal(6, rig.Conversation.Counters.DiscardedBytes);
    }

    [Fact]
    public void Frames_that_vanish_are_counted_by_their_sequence_numbers()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.ToHost = (_, _) => [];
        rig.Board.Send(MessageType.FaultEvent, new FaultRecord { Code = FaultCode.SwitchStuck });
        rig.Board.Send(MessageType.FaultEvent, new FaultRecord { Code = FaultCode.SwitchStuck });
        rig.Board.ToHost = (_, bytes) => bytes;
        rig.Run(300);

        Assert.Equal(2, rig.Conversation.Counters.FramesMissed);
    }

    [Fact]
    public void After_a_lost_link_the_open_request_goes_out_again_and_is_carried_out_once()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.ToHost = (_, _) => [];
        SwitchConnectRequest pair = new();
        pair.SetPair(1, 2);
        DeviceRequest move = rig.Post(MessageType.SwitchConnectRequest, new SwitchStatus(), pair, 3000);
        rig.Run(100);
        rig.Board.ToHost = (_, bytes) => bytes;
        rig.Conversation.Detach("unplugged");
        rig.Run(1000);
        Assert.False(move.Done.IsCompleted);
        rig.Conversation.Attach(rig.Board, rig.NowMs);
        rig.Run(20);

        Assert.True(move.Done.IsCompletedSuccessfully);
        Assert.Single(rig.Board.CarriedOut, MessageType.SwitchConnectRequest);
        Assert.Single(rig.Board.Sessions);
        Assert.Equal([DeviceEventKind.LinkLost, DeviceEventKind.LinkRestored], rig.Events.Select(e => e.Kind));
        Assert.Contains("unplugged", rig.Events[0].Text, StringComparison.Ordinal);
        Assert.Equal(1, rig.Conversation.SwitchAlarms);
        Assert.Equal(1, rig.Conversation.Counters.Reconnects);
    }

    [Fact]
    public void Requests_without_a_link_fail_when_their_time_is_over()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Conversation.Detach("unplugged");
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(2900);
        Assert.False(health.Done.IsCompleted);
        rig.Run(200);

        Assert.Equal(DeviceFailure.LinkLost, ConversationRig.FailureOf(health).Failure);
    }

    [Fact]
    public void A_board_that_restarted_is_greeted_anew_and_the_request_fails()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture();
        rig.Board.Restart();
        DeviceRequest health = rig.Post(MessageType.HealthRequest, new HealthReply());
        rig.Run(20);

        Assert.Equal(DeviceFailure.SessionLost, ConversationRig.FailureOf(health).Failure);
        Assert.Equal([1u, 2u], rig.Board.Sessions);
        Assert.Equal([DeviceEventKind.SessionLost], rig.Events.Select(e => e.Kind));
        Assert.Equal((true, TimeTagError.LinkLost), (queue.IsComplete, queue.EndReason));
        Assert.True(rig.Conversation.IsOpen);
        Assert.Equal(1, rig.Conversation.SwitchAlarms);
    }

    [Fact]
    public void A_restart_while_nobody_asks_is_found_by_the_heartbeat()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Restart();
        rig.Run(300);

        Assert.Equal([1u, 2u], rig.Board.Sessions);
        Assert.True(rig.Conversation.IsOpen);
    }

    [Fact]
    public void Faults_and_moves_that_nobody_asked_for_are_told_in_words()
    {
        ConversationRig rig = ConversationRig.Open();
        rig.Board.Send(
            MessageType.FaultEvent, new FaultRecord { Code = FaultCode.ReferenceMissing, IsActive = true, Detail = 3, Count = 2 });
        rig.Board.Send(MessageType.FaultEvent, new FaultRecord { Code = FaultCode.ReferenceMissing, Count = 2 });
        SwitchStatus moved = new() { State = SwitchState.DarkDriving, Fault = FaultCode.SwitchMovedUnasked };
        moved.ReadBack[0] = SwitchStatus.BetweenPorts;
        rig.Board.Send(MessageType.SwitchEvent, moved);
        rig.Run(20);

        Assert.Equal(
            [DeviceEventKind.FaultRaised, DeviceEventKind.FaultGone, DeviceEventKind.SwitchMoved], rig.Events.Select(e => e.Kind));
        Assert.Equal((FaultCode.ReferenceMissing, 3, 2u), (rig.Events[0].Fault, rig.Events[0].Detail, rig.Events[0].Count));
        Assert.Contains("10 MHz cable", rig.Events[0].Text, StringComparison.Ordinal);
        Assert.Contains("read-back between ports and dark", rig.Events[2].Text, StringComparison.Ordinal);
        Assert.Equal(1, rig.Conversation.SwitchAlarms);
    }

    /// <summary>Whatever is lost, doubled or damaged on the way: what a caller is told is true, and nothing is carried out twice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void On_a_bad_link_requests_are_carried_out_once_or_fail(int seed)
    {
        Random random = new(seed);
        ScriptedBoard board = new();
        ConversationRig rig = ConversationRig.Open(board);
        board.LosesFromHost = _ => random.Next(4) == 0;
        board.ToHost = (_, bytes) => random.Next(6) switch
        {
            0 => [],
            1 => bytes[..random.Next(bytes.Length)],
            2 => [.. bytes, .. bytes],
            3 => Flipped(bytes, random.Next(8 * bytes.Length)),
            _ => bytes,
        };
        List<DeviceRequest> requests = [];
        for (int i = 0; i < 60; i++)
        {
            requests.Add(rig.Post(MessageType.ClearFaultsRequest, new FaultsReply()));
            if (!rig.Run(random.Next(3000)))
            {
                rig.Conversation.Detach("given up");
                rig.Conversation.Attach(board, rig.NowMs);
            }
        }

        board.LosesFromHost = _ => false;
        board.ToHost = (_, bytes) => bytes;
        rig.Run(10_000);
        int succeeded = requests.Count(request => request.Done.IsCompletedSuccessfully);
        int carriedOut = board.CarriedOut.Count(type => type == MessageType.ClearFaultsRequest);

        Assert.All(requests, request => Assert.True(request.Done.IsCompleted));
        Assert.InRange(carriedOut, succeeded, requests.Count);
        Assert.True(succeeded > 50, $"{succeeded} of {requests.Count} succeeded");
        Assert.True(rig.Conversation.Counters is { FramesRejected: > 0, Repetitions: > 0, FramesMissed: > 0, StrayReplies: > 0 });
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return bytes;
    }
}
