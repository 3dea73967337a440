using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Device.Tests.Harness;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Session;

public sealed class CaptureTests
{
    [Fact]
    public void The_board_sends_no_more_than_there_are_buffers()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture(buffers: 8);
        Assert.Equal(8, SendBlocks(rig, 20));
        rig.Run(2000);
        Assert.Equal(8u, rig.Board.CreditLimit);
        Assert.Equal(0, queue.Free);
        Release(queue, 1);
        rig.Conversation.Replenish(rig.NowMs);
        Assert.Equal(8u, rig.Board.CreditLimit);
        Release(queue, 1);
        rig.Conversation.Replenish(rig.NowMs);

        Assert.Equal(10u, rig.Board.CreditLimit);
        Assert.Equal(2, SendBlocks(rig, 20));
        Assert.Equal(0, rig.Conversation.Counters.BlocksLost);
    }

    [Fact]
    public void A_block_that_is_lost_voids_the_stretch_up_to_the_end_of_the_next_one()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture();
        TagBlockAssembler assembler = new(queue, new TickScale(1000, 1));
        int block = 0;
        rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.TagBlock && block++ is 1 or 2 ? [] : bytes;
        for (int i = 1; i <= 4; i++)
        {
            Assert.True(rig.Board.TrySendBlock([(1000 * i, 1), ((1000 * i) + 500, 2)], (1000 * i) + 900));
        }

        rig.Run(20);
        TimeTagBlock tags = new();

        Assert.True(assembler.TryFill(tags));
        Assert.Equal((2, 0, 1899), (tags.Count, tags.LostTags, tags.WatermarkPs));
        tags.Clear();
        Assert.True(assembler.TryFill(tags));
        Assert.Equal((2, 2, 4900), (tags.Count, tags.LostTags, tags.WatermarkPs));
        Assert.Equal([4000, 4500], tags.TimesPs[..2]);
        Assert.Equal((2, 2), (assembler.LostTags, rig.Conversation.Counters.BlocksLost));
    }

    [Fact]
    public void Blocks_lost_before_silence_are_found_by_heartbeats_and_the_capture_goes_on()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture(buffers: 8);
        rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.TagBlock ? [] : bytes;
        Assert.Equal(8, SendBlocks(rig, 8));
        rig.Board.ToHost = (_, bytes) => bytes;
        Assert.Equal(0, SendBlocks(rig, 1));
        rig.Run(1500);

        Assert.Equal(16u, rig.Board.CreditLimit);
        Assert.Equal(1, SendBlocks(rig, 1));
        Assert.Equal(8u, queue.TryPeek()!.MissingBlocks);
        Assert.Equal(8, rig.Conversation.Counters.BlocksLost);
    }

    [Fact]
    public void A_slow_link_is_not_taken_for_a_lossy_one()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture(buffers: 8);
        SendBlocks(rig, 3);
        rig.Run(5000);

        Assert.Equal(5, queue.Free);
        Assert.Equal(0, rig.Conversation.Counters.BlocksLost);
    }

    [Theory]
    [InlineData(true, TimeTagError.None)]
    [InlineData(false, TimeTagError.DeviceFault)]
    public void The_end_is_clean_only_if_the_host_asked_for_it(bool isAsked, TimeTagError expected)
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, CaptureReception reception) = rig.StartCapture();
        if (isAsked)
        {
            reception.Stop();
            rig.Post(MessageType.CaptureStopRequest, new CaptureStatus());
        }

        rig.Board.EndCapture(isAsked ? TagLoss.None : TagLoss.ReferenceMissing);
        rig.Run(20);

        Assert.Equal((true, expected), (queue.IsComplete, queue.EndReason));
        Assert.NotNull(queue.TryPeek());
    }

    [Fact]
    public void A_last_block_that_is_lost_ends_the_capture_all_the_same()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, CaptureReception reception) = rig.StartCapture();
        rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.TagBlock ? [] : bytes;
        reception.Stop();
        rig.Post(MessageType.CaptureStopRequest, new CaptureStatus());
        rig.Board.EndCapture();
        rig.Run(1500);

        Assert.Equal((true, TimeTagError.LinkLost), (queue.IsComplete, queue.EndReason));
        Assert.Equal(1, rig.Conversation.Counters.BlocksLost);
    }

    [Fact]
    public void A_lost_link_ends_the_capture()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture();
        SendBlocks(rig, 2);
        rig.Conversation.Detach("unplugged");

        Assert.Equal((true, TimeTagError.LinkLost), (queue.IsComplete, queue.EndReason));
        Assert.Equal(6, queue.Free);
    }

    [Fact]
    public void Blocks_of_another_capture_and_doubled_ones_are_not_taken()
    {
        ConversationRig rig = ConversationRig.Open();
        (TagBlockQueue queue, _) = rig.StartCapture();
        rig.Board.ToHost = (_, bytes) => bytes[3] == (byte)MessageType.TagBlock ? [.. bytes, .. bytes] : bytes;
        SendBlocks(rig, 1);
        rig.Board.ToHost = (_, bytes) =>
        {
            LittleEndian.PutUInt16(bytes, Frame.HeaderBytes + 4, 8);
            Frame.Seal(bytes, 0, MessageType.TagBlock, 99, 0, bytes.Length - Frame.HeaderBytes);
            return bytes;
        };
        SendBlocks(rig, 1);

        Assert.Equal(7, queue.Free);
    }

    [Fact]
    public void The_way_of_a_block_from_the_link_to_its_tags_allocates_nothing()
    {
        const int rounds = 2000;
        const int warmUp = 200;
        const int blocksPerRound = 4;
        ConversationRig rig = ConversationRig.Open();
        ReplayLink link = new(rounds * blocksPerRound, captureId: 9, tagsPerBlock: 50);
        rig.Conversation.Detach("replaced");
        TagBlockQueue queue = new(8);
        CaptureReception reception = new(9, queue);
        TagBlockAssembler assembler = new(queue, new TickScale(500, 1));
        rig.Conversation.Attach(link, rig.NowMs);
        rig.Conversation.BeginCapture(reception);
        TimeTagBlock tags = new();
        long count = 0;

        // The clock stands: heartbeats, four a second, are not what is measured.
        long nowMs = rig.NowMs;
        void Round()
        {
            link.Open(blocksPerRound);
            rig.Conversation.Poll(nowMs);
            tags.Clear();
            while (assembler.TryFill(tags))
            {
                count += tags.Count;
                tags.Clear();
            }

            rig.Conversation.Replenish(nowMs);
        }

        // What is made once, at first use, is not what is measured.
        for (int i = 0; i < warmUp; i++)
        {
            Round();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = warmUp; i < rounds; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((rounds * blocksPerRound * 50) - 1, count);
        Assert.Equal(0, reception.BlocksLost);
    }

    private static int SendBlocks(ConversationRig rig, int count)
    {
        int sent = 0;
        for (int i = 0; i < count; i++)
        {
            long tick = 1000 * (1 + rig.Board.NextBlock);
            sent += rig.Board.TrySendBlock([(tick, 1)], tick + 10) ? 1 : 0;
        }

        rig.Conversation.Poll(rig.NowMs);
        return sent;
    }

    private static void Release(TagBlockQueue queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.NotNull(queue.TryPeek());
            queue.Release();
        }
    }
}
