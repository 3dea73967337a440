using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.TimeTagging;

public sealed class As6500TaggerTests
{
    private const long PsPerMs = 1_000_000_000;

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 8000)]
    public void Every_tag_comes_in_order_with_its_time(int seed, int meanTagsPerSecond)
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        List<(long, byte)> expected = Feed(rig, seed, 4000, meanTagsPerSecond);
        rig.Stop();

        Assert.Equal(expected, rig.Tags);
        Assert.Equal((TagLoss.EndOfCapture, 0), (rig.Loss, rig.LostTags));
        Assert.Equal(0, rig.Faults.ActiveCount);
    }

    [Fact]
    public void Gaps_of_many_wraps_are_counted()
    {
        // The reference index wraps every 1.678 s.
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        List<(long, byte)> expected = [];
        foreach (int gapMs in new[] { 5, 1600, 1700, 5000, 61_000, 600_000, 1_800_000, 3 })
        {
            rig.Run(gapMs % 1000);
            SkipTo(rig, rig.Clock.NowMs + (gapMs / 1000 * 1000));
            expected.Add((rig.Clock.NowMs * PsPerMs, 2));
            rig.As6500.AddStop(2, rig.Clock.NowMs * PsPerMs);
            rig.Poll();
        }

        rig.Stop();
        Assert.Equal(expected, rig.Tags);
        Assert.Equal(TagLoss.EndOfCapture, rig.Loss);
    }

    [Fact]
    public void A_gap_too_long_to_count_is_marked()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.As6500.AddStop(0, 5);
        rig.Run(10);
        SkipTo(rig, 5_000_000);
        rig.As6500.AddStop(0, 5_000_000 * PsPerMs);
        rig.Stop();

        Assert.True((rig.Loss & TagLoss.EpochUncertain) != 0);
        Assert.True(rig.Faults.IsActive(FaultCode.EpochUncertain));
    }

    [Fact]
    public void A_main_loop_that_was_held_up_marks_the_stretch()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.As6500.AddStop(0, 5);
        rig.Clock.Advance(900);
        rig.Stop();

        Assert.True((rig.Loss & TagLoss.EpochUncertain) != 0);
    }

    [Fact]
    public void The_end_of_a_block_without_tags_moves_on_behind_the_clock()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.Run(1000);

        Assert.InRange(rig.Blocks, 9, 10);
        Assert.InRange(rig.Source.EndTick, 890 * PsPerMs, 1000 * PsPerMs);
        Assert.Empty(rig.Tags);
    }

    [Fact]
    public void A_full_block_is_sent_at_once_and_a_small_one_after_the_flush_time()
    {
        TaggerRig rig = TaggerRig.OnAs6500(items: 16).Started();
        rig.Settings.BlockItems = 16;
        for (int i = 0; i < 15; i++)
        {
            rig.As6500.AddStop(0, 1000 * i);
        }

        rig.Poll();
        Assert.Equal(0, rig.Blocks);
        rig.As6500.AddStop(0, 50_000);
        rig.Poll();
        Assert.Equal((1, 16), (rig.Blocks, rig.Tags.Count));

        rig.As6500.AddStop(0, 60_000);
        rig.Run(rig.Settings.BlockFlushMs - 1);
        Assert.Equal(16, rig.Tags.Count);
        rig.Run(2);
        Assert.Equal(17, rig.Tags.Count);
    }

    [Theory]
    [InlineData(MisoFault.AllOnes, FaultCode.TaggerAllOnes)]
    [InlineData(MisoFault.AllZeros, FaultCode.TaggerAllZeros)]
    public void A_dead_data_line_is_named_at_start(MisoFault miso, FaultCode expected)
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        rig.As6500.Miso = miso;

        Assert.Equal(expected, rig.Source.Start(1, rig.Settings, 0));
        Assert.True(rig.Faults.IsActive(expected));
        Assert.True(rig.Source.HasEnded);
    }

    [Theory]
    [InlineData(MisoFault.AllOnes, FaultCode.TaggerAllOnes)]
    [InlineData(MisoFault.AllZeros, FaultCode.TaggerAllZeros)]
    public void A_data_line_that_dies_during_a_capture_ends_it(MisoFault miso, FaultCode expected)
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        Feed(rig, 3, 50, 2000);
        int before = rig.Tags.Count;
        rig.As6500.Miso = miso;
        rig.As6500.AddStop(1, rig.Clock.NowMs * PsPerMs);
        rig.Run(50);

        Assert.Equal(expected, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded && rig.HasEnd);
        Assert.Equal(TagLoss.ImplausibleResults, rig.Loss & TagLoss.ImplausibleResults);
        Assert.Equal(1u, rig.Faults.CountOf(expected));
        Assert.True(rig.Tags.Count >= before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(16)]
    public void A_register_that_does_not_keep_its_value_is_named(int register)
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        rig.As6500.DefectiveRegister = register;

        Assert.Equal(FaultCode.TaggerRegister, rig.Source.Start(1, rig.Settings, 0));
        Assert.Equal(register, rig.Faults.Table.Records[0].Detail >> 8);
    }

    [Fact]
    public void A_missing_reference_is_named_at_start_and_ends_a_capture()
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        rig.As6500.ReferencePresent.Level = false;
        Assert.Equal(FaultCode.ReferenceMissing, rig.Source.Start(1, rig.Settings, 0));
        Assert.False(rig.Source.IsReferencePresent);

        rig = TaggerRig.OnAs6500().Started();
        Feed(rig, 4, 50, 2000);
        rig.As6500.ReferencePresent.Level = false;
        rig.Run(5);
        Assert.Equal(FaultCode.ReferenceMissing, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded && (rig.Loss & TagLoss.ReferenceMissing) != 0 && rig.HasEnd);
    }

    [Fact]
    public void A_reference_index_that_stands_is_named_even_without_a_monitor()
    {
        TaggerRig rig = TaggerRig.OnAs6500(hasReferenceMonitor: false).Started();
        Feed(rig, 5, 100, 1000);
        rig.As6500.FreezeReferenceIndex();
        for (int i = 0; i < 60; i++)
        {
            rig.As6500.AddStop(0, rig.Clock.NowMs * PsPerMs);
            rig.Run(1);
        }

        Assert.Equal(FaultCode.ReferenceStuck, rig.Source.Fault);
        Assert.True((rig.Loss & TagLoss.ReferenceMissing) != 0 && rig.HasEnd);
        Assert.False(rig.Source.IsReferencePresent);
    }

    [Fact]
    public void Results_that_cannot_be_are_dropped_and_counted()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.As6500.ImplausibleResults = 3;
        List<(long, byte)> all = Feed(rig, 6, 500, 1000);
        rig.Stop();

        Assert.Equal(all.Skip(3), rig.Tags);
        Assert.Equal((3, TagLoss.ImplausibleResults | TagLoss.EndOfCapture), (rig.LostTags, rig.Loss));
        Assert.Equal(3u, rig.Faults.CountOf(FaultCode.ResultImplausible));
    }

    [Fact]
    public void An_overflow_of_the_chip_is_marked()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.Run(1);
        for (int i = 0; i < As6500Chip.FifoDepth + 5; i++)
        {
            rig.As6500.AddStop(1, PsPerMs + (i * 20_000));
        }

        rig.Stop();
        Assert.Equal((5, As6500Chip.FifoDepth), (rig.As6500.Overflows, rig.Tags.Count));
        Assert.Equal(TagLoss.FifoOverflow | TagLoss.LostCountIsLowerBound, rig.Loss & TagLoss.Void);
        Assert.True(rig.Faults.IsActive(FaultCode.FifoOverflow));
        Assert.Equal(As6500Chip.FifoDepth, rig.Source.FifoHighWater);
    }

    [Fact]
    public void A_burst_just_below_the_depth_of_the_fifo_is_no_loss()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.Run(1);
        for (int i = 0; i < As6500Chip.FifoDepth - 1; i++)
        {
            rig.As6500.AddStop(1, PsPerMs + (i * 20_000));
            rig.As6500.AddStop(3, PsPerMs + (i * 20_000) + 7);
        }

        rig.Stop();
        Assert.Equal(2 * (As6500Chip.FifoDepth - 1), rig.Tags.Count);
        Assert.Equal(TagLoss.EndOfCapture, rig.Loss);
    }

    [Fact]
    public void Without_a_buffer_every_tag_is_counted_as_lost_in_the_next_block()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        int sent = 0;
        for (int i = 0; i < 3000; i++)
        {
            rig.Clock.Advance(1);
            rig.As6500.AddStop(i & 3, rig.Clock.NowMs * PsPerMs);
            sent++;
            rig.Poll(hasBuffer: i is < 1000 or >= 2000);
        }

        rig.Stop();
        Assert.Equal(sent, rig.Tags.Count + rig.LostTags);
        Assert.InRange(rig.LostTags, 950, 1000);
        Assert.Equal(TagLoss.LinkBackPressure | TagLoss.EndOfCapture, rig.Loss);
        Assert.Equal((uint)rig.LostTags, rig.Faults.CountOf(FaultCode.LinkBackPressure));
    }

    [Fact]
    public void A_stop_ends_even_under_load_and_delivers_what_was_there()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        rig.Run(1);
        List<(long, byte)> before = [];
        for (int i = 0; i < 10; i++)
        {
            before.Add((PsPerMs + (i * 1000), (byte)(i & 1)));
            rig.As6500.AddStop(i & 1, PsPerMs + (i * 1000));
        }

        rig.Source.Stop(rig.Clock.NowMs);
        for (int round = 0; round < 100 && !rig.Source.HasEnded; round++)
        {
            for (int i = 0; i < 12; i++)
            {
                rig.As6500.AddStop(0, (2 * PsPerMs) + (round * 1_000_000) + (i * 1000));
            }

            rig.Poll();
        }

        Assert.True(rig.Source.HasEnded && rig.HasEnd);
        Assert.Equal(before, rig.Tags.Take(10));
    }

    [Fact]
    public void A_bus_that_fails_is_named()
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        rig.Bus.HasFailed = true;
        Assert.Equal(FaultCode.SpiFailed, rig.Source.Start(1, rig.Settings, 0));

        rig = TaggerRig.OnAs6500().Started();
        rig.Bus.HasFailed = true;
        rig.As6500.AddStop(0, 5);
        rig.Run(3);
        Assert.Equal(FaultCode.SpiFailed, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded && rig.HasEnd);
    }

    [Fact]
    public void A_disabled_channel_is_silent()
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        rig.Settings.ChannelMask = 0x05;
        rig.Started();
        for (int i = 0; i < 8; i++)
        {
            rig.As6500.AddStop(i & 3, i * 1000);
        }

        rig.Stop();
        Assert.Equal([0, 2, 0, 2], rig.Tags.Select(tag => (int)tag.Channel));
    }

    [Fact]
    public void A_capture_may_follow_another_and_an_aborted_one()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        Feed(rig, 8, 50, 1000);
        rig.Source.Abort();
        Assert.True(rig.Source.HasEnded);
        rig.Poll();

        Assert.Equal(FaultCode.None, rig.Source.Start(9, rig.Settings, rig.Clock.NowMs));
        Assert.Equal((0u, 0L, 0L), (rig.Source.NextNumber, rig.Source.EndTick, rig.Source.LostTags));
    }

    [Fact]
    public void The_self_test_reads_the_registers_back()
    {
        TaggerRig rig = TaggerRig.OnAs6500();
        SelfTestReply reply = new();
        rig.Source.Test(reply);
        Assert.True(reply.HasPassed);
        Assert.Equal(2, reply.Count);

        rig.As6500.Miso = MisoFault.AllOnes;
        reply.Clear();
        rig.Source.Test(reply);
        Assert.Equal(SelfTestOutcome.Failed, reply.Outcomes[0]);
    }

    [Fact]
    public void A_running_capture_allocates_nothing()
    {
        TaggerRig rig = TaggerRig.OnAs6500().Started();
        BlockBuffer buffer = new(rig.Source.FrameBytes);
        long before = 0;
        int blocks = 0;
        for (int ms = 1; ms < 6000; ms++)
        {
            if (ms == 1000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            rig.Clock.Advance(1);
            for (int i = 0; i < 10; i++)
            {
                rig.As6500.AddStop(i & 3, (rig.Clock.NowMs * PsPerMs) + (i * 1000));
            }

            blocks += rig.Source.TryFill(buffer, rig.Clock.NowMs) ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(blocks > 200);
    }

    /// <summary>Random pulses on four channels, read every millisecond; yields what must come out.</summary>
    private static List<(long Tick, byte Channel)> Feed(TaggerRig rig, int seed, int ms, int tagsPerSecond)
    {
        Random random = new(seed);
        List<(long Tick, byte Channel)> all = [];
        long beganMs = rig.Clock.NowMs;
        for (int i = 0; i < ms; i++)
        {
            List<(long Tick, byte Channel)> now = [];
            double mean = tagsPerSecond / 1000.0;
            int count = Poisson(random, mean);
            for (int k = 0; k < count; k++)
            {
                now.Add((((beganMs + i) * PsPerMs) + random.NextInt64(PsPerMs), (byte)random.Next(4)));
            }

            now.Sort();
            all.AddRange(now);
            rig.Clock.Advance(1);
            now.ForEach(tag => rig.As6500.AddStop(tag.Channel, tag.Tick));
            rig.Poll();
        }

        return all;
    }

    private static int Poisson(Random random, double mean)
    {
        double limit = Math.Exp(-mean);
        int count = 0;
        for (double product = random.NextDouble(); product > limit; product *= random.NextDouble())
        {
            count++;
        }

        return count;
    }

    private static void SkipTo(TaggerRig rig, long nowMs)
    {
        while (rig.Clock.NowMs < nowMs)
        {
            rig.Clock.Advance(Math.Min(200, nowMs - rig.Clock.NowMs));
            rig.Poll();
        }
    }
}
