using MdiQkd.Firmware.Tests.Harness;
using MdiQkd.Firmware.TimeTagging;
using MdiQkd.VirtualBoard.Chips;
using MdiQkd.Wire;

namespace MdiQkd.Firmware.Tests.TimeTagging;

public sealed class FrontEndTaggerTests
{
    private const long PsPerMs = 1_000_000_000;

    [Fact]
    public void Every_tag_comes_through()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        List<(long, byte)> expected = Feed(rig, 1, 500, 100);
        rig.Stop();

        Assert.Equal(expected, rig.Tags);
        Assert.Equal((TagLoss.EndOfCapture, 0, 0), (rig.Loss, rig.LostTags, rig.Faults.ActiveCount));
        Assert.Equal((3, 1000u, 1u, 64), (rig.Source.ChannelBits, rig.Source.TickFsNumerator, rig.Source.TickDenominator, rig.Source.BlockItemsMax));
    }

    [Fact]
    public void A_release_that_is_lost_brings_the_block_again_and_it_is_dropped()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        rig.FrontEnd.IgnoredCommands = 3;
        List<(long, byte)> expected = Feed(rig, 2, 100, 50);
        rig.Stop();

        Assert.Equal(expected, rig.Tags);
        Assert.Equal(3u, rig.Faults.CountOf(FaultCode.FrontEndBlock));
    }

    [Fact]
    public void A_damaged_prefix_is_read_again()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        rig.FrontEnd.DamagedPrefixes = 4;
        List<(long, byte)> expected = Feed(rig, 3, 100, 50);
        rig.Stop();

        Assert.Equal(expected, rig.Tags);
        Assert.Equal(4u, rig.Faults.CountOf(FaultCode.FrontEndBlock));
    }

    [Fact]
    public void Prefixes_that_stay_damaged_end_the_capture()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        rig.FrontEnd.DamagedPrefixes = 1000;
        Feed(rig, 4, 100, 50);

        Assert.Equal(FaultCode.FrontEndBlock, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded);
        Assert.False(rig.FrontEnd.IsRunning);
    }

    [Theory]
    [InlineData(MisoFault.AllOnes)]
    [InlineData(MisoFault.AllZeros)]
    public void A_front_end_that_does_not_answer_is_named(MisoFault miso)
    {
        TaggerRig rig = TaggerRig.OnFrontEnd();
        rig.FrontEnd.Miso = miso;

        Assert.Equal(FaultCode.FrontEndAbsent, rig.Source.Start(1, rig.Settings, 0));
        Assert.True(rig.Faults.IsActive(FaultCode.FrontEndAbsent));
    }

    [Fact]
    public void A_data_line_that_dies_during_a_capture_ends_it()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        Feed(rig, 5, 50, 50);
        rig.FrontEnd.Miso = MisoFault.AllOnes;
        Feed(rig, 6, 50, 50);

        Assert.Equal(FaultCode.FrontEndBlock, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded);
    }

    [Fact]
    public void A_start_command_that_is_lost_is_given_again()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd();
        rig.FrontEnd.IgnoredCommands = 2;
        rig.Started();
        Assert.True(rig.FrontEnd.IsRunning);

        rig.FrontEnd.IgnoredCommands = 1;
        rig.Stop();
        Assert.False(rig.FrontEnd.IsRunning);
    }

    [Fact]
    public void A_missing_reference_is_named_at_start_and_ends_a_capture()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd();
        rig.FrontEnd.SetReference(false);
        Assert.Equal(FaultCode.ReferenceMissing, rig.Source.Start(1, rig.Settings, 0));

        rig = TaggerRig.OnFrontEnd().Started();
        Feed(rig, 7, 20, 50);
        rig.FrontEnd.SetReference(false);
        rig.Run(300);
        Assert.Equal(FaultCode.ReferenceMissing, rig.Source.Fault);
        Assert.True(rig.Source.HasEnded && rig.HasEnd && (rig.Loss & TagLoss.ReferenceMissing) != 0);
        Assert.False(rig.Source.IsReferencePresent);
    }

    [Fact]
    public void Without_a_buffer_the_front_end_counts_what_it_loses()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        int sent = 0;
        for (int ms = 1; ms <= 300; ms++)
        {
            rig.Clock.Advance(1);
            for (int i = 0; i < 20; i++)
            {
                rig.FrontEnd.AddTag((rig.Clock.NowMs * PsPerMs) + (i * 1000), i & 3);
                sent++;
            }

            rig.FrontEnd.AdvanceTo((rig.Clock.NowMs * PsPerMs) + 100_000);
            rig.Poll(hasBuffer: ms is < 100 or > 200);
        }

        rig.Stop();
        Assert.Equal(sent, rig.Tags.Count + rig.LostTags);
        Assert.Equal((rig.LostTags, true), (rig.FrontEnd.Overflows, rig.LostTags > 1000));
        Assert.Equal(TagLoss.FifoOverflow | TagLoss.EndOfCapture, rig.Loss);
        Assert.True(rig.Faults.IsActive(FaultCode.FifoOverflow));
    }

    [Fact]
    public void A_block_costs_two_transactions_whatever_its_size()
    {
        foreach (int tags in new[] { 1, 60 })
        {
            TaggerRig rig = TaggerRig.OnFrontEnd().Started();
            for (int i = 0; i < tags; i++)
            {
                rig.FrontEnd.AddTag(i * 1000, 0);
            }

            rig.FrontEnd.AdvanceTo(100 * PsPerMs);
            long before = rig.Bus.Transactions;
            rig.Poll();
            Assert.Equal((tags, 2), (rig.Tags.Count, rig.Bus.Transactions - before));
        }
    }

    [Fact]
    public void The_self_test_asks_for_the_name()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd();
        SelfTestReply reply = new();
        rig.Source.Test(reply);
        Assert.True(reply.HasPassed);

        rig.FrontEnd.SetReference(false);
        reply.Clear();
        rig.Source.Test(reply);
        Assert.Equal([SelfTestOutcome.Passed, SelfTestOutcome.Failed], reply.Outcomes[..2]);
    }

    [Fact]
    public void A_running_capture_allocates_nothing()
    {
        TaggerRig rig = TaggerRig.OnFrontEnd().Started();
        BlockBuffer buffer = new(rig.Source.FrameBytes);
        long before = 0;
        int blocks = 0;
        for (int ms = 1; ms < 3000; ms++)
        {
            if (ms == 1000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            rig.Clock.Advance(1);
            for (int i = 0; i < 100; i++)
            {
                rig.FrontEnd.AddTag((rig.Clock.NowMs * PsPerMs) + (i * 1000), i & 3);
            }

            while (rig.Source.TryFill(buffer, rig.Clock.NowMs))
            {
                blocks++;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(blocks > 4000);
    }

    private static List<(long Tick, byte Channel)> Feed(TaggerRig rig, int seed, int ms, int tagsPerMs)
    {
        Random random = new(seed);
        List<(long Tick, byte Channel)> all = [];
        for (int i = 0; i < ms; i++)
        {
            long beganPs = rig.Clock.NowMs * PsPerMs;
            long[] offsets = [.. Enumerable.Range(0, tagsPerMs).Select(_ => random.NextInt64(PsPerMs)).Order()];
            rig.Clock.Advance(1);
            foreach (long offset in offsets)
            {
                byte channel = (byte)random.Next(4);
                all.Add((beganPs + offset, channel));
                rig.FrontEnd.AddTag(beganPs + offset, channel);
                rig.Poll();
            }

            rig.FrontEnd.AdvanceTo(beganPs + PsPerMs);
            rig.Poll();
        }

        return all;
    }
}
