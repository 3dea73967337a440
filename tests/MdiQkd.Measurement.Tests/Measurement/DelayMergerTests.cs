using MdiQkd.Acquisition;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

[Trait("Lane", "Simd")]
public class DelayMergerTests
{
    private const byte C = TagPatterns.C;
    private const byte D = TagPatterns.D;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(350, 0)]
    [InlineData(-12_345, 400)]
    [InlineData(1_000_000, -1_000_000)]
    public void Tags_are_those_of_the_reference_sorted_by_corrected_time(long delayC, long delayD)
    {
        Random random = new(17);
        List<TimeTagBlock> blocks = TagPatterns.Random(random, TagPatterns.Timing, 2_000_000, 4000, 0);
        List<(long TimePs, byte Channel)> expected =
        [
            .. TagStreams.Tags(blocks).Select(t => (t.TimePs - (t.Channel == C ? delayC : t.Channel == D ? delayD : 0), t.Channel)),
        ];
        DelayMerger merger = new(C, D, new ChannelDelays(delayC, delayD));
        List<(long TimePs, byte Channel)> merged = [];
        TimeTagBlock output = new(16);
        long watermarkPs = -2_000_000;
        blocks.Add(new TimeTagBlock(1) { WatermarkPs = blocks[^1].WatermarkPs + 3_000_000 });
        foreach (TimeTagBlock block in blocks)
        {
            merger.Merge(block, output);
            Assert.True(output.WatermarkPs >= watermarkPs);
            Assert.All(output.TimesPs.Take(output.Count), t => Assert.InRange(t, watermarkPs + 1, output.WatermarkPs));
            Assert.Equal(output.TimesPs.Take(output.Count).Order(), output.TimesPs.Take(output.Count));
            watermarkPs = output.WatermarkPs;
            merged.AddRange(output.TimesPs.Zip(output.Channels).Take(output.Count));
        }

        Assert.Equal(expected.Order(), merged.Order());
        Assert.Equal(0, merger.DisorderedTags);
    }

    [Theory]
    [InlineData(2200, -400)]
    [InlineData(0, 60_001)]
    public void Events_of_delayed_channels_equal_those_of_the_slow_reference(long delayC, long delayD)
    {
        Random random = new(23);
        BsmSettings settings = new(TagPatterns.Timing, C, D, AcceptPsiPlus: true, new PilotPattern(5000, 50));
        for (int round = 0; round < 20; round++)
        {
            List<TimeTagBlock> ideal = TagPatterns.Random(random, TagPatterns.Timing, 2_000_000, 10_000, 0);
            List<(long TimePs, byte Channel)> tags = TagStreams.Tags(ideal);
            (long TimePs, byte Channel)[] delayed =
                [.. tags.Select(t => (t.TimePs + (t.Channel == C ? delayC : t.Channel == D ? delayD : 0), t.Channel)).Order()];
            DelayMerger merger = new(C, D, new ChannelDelays(delayC, delayD));
            BsmClassifier classifier = new(settings, 2_000_000, 10_000);
            BsmEventBuffer events = new();
            TimeTagBlock output = new();
            int next = 0;
            long watermarkPs = -1;
            while (next < delayed.Length || watermarkPs < 60_000_000)
            {
                watermarkPs += 1 + random.NextInt64(200_000);
                int end = next;
                while (end < delayed.Length && delayed[end].TimePs <= watermarkPs)
                {
                    end++;
                }

                merger.Merge(TagStreams.Block(watermarkPs, 0, delayed[next..end]), output);
                classifier.Classify(output, events);
                next = end;
            }

            TimeTagBlock whole = TagStreams.Block(watermarkPs, 0, [.. tags]);
            Assert.Equal(
                ReferenceClassifier.Classify(settings, 2_000_000, 10_000, [whole]), Enumerable.Range(0, events.Count).Select(i => events[i]));
        }
    }

    [Fact]
    public void A_loss_reaches_as_far_as_the_delays_move_it()
    {
        DelayMerger merger = new(C, D, new ChannelDelays(500, 0));
        TimeTagBlock output = new();
        long[] lost = [.. new[] { 0L, 3, 0, 0 }.Select((tags, i) =>
        {
            merger.Merge(TagStreams.Block((i + 1) * 10_000, tags), output);
            return output.LostTags;
        })];
        Assert.Equal([0, 3, 1, 0], lost);
        Assert.Equal(39_500, output.WatermarkPs);
    }

    [Fact]
    public void Tags_out_of_order_are_dropped_counted_and_lost()
    {
        DelayMerger merger = new(C, D, ChannelDelays.None);
        TimeTagBlock output = new();
        merger.Merge(TagStreams.Block(10_000, 0, (1000, C), (9000, D), (2000, C), (9000, D), (9000, D), (12_000, C)), output);
        Assert.Equal([1000, 9000, 9000, 9000], output.TimesPs.Take(output.Count));
        Assert.Equal((2, 2), (merger.DisorderedTags, output.LostTags));
        merger.Merge(TagStreams.Block(20_000, 0, (9500, C), (11_000, D)), output);
        Assert.Equal([11_000], output.TimesPs.Take(output.Count));
        Assert.Equal(3, merger.DisorderedTags);
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        List<TimeTagBlock> blocks = TagPatterns.Random(new Random(3), TagPatterns.Timing, 2_000_000, 20_000, 0);
        DelayMerger merger = new(C, D, new ChannelDelays(700, -300));
        TimeTagBlock output = new(1 << 17);
        long before = 0;
        foreach (TimeTagBlock block in blocks)
        {
            merger.Merge(block, output);
            before = before == 0 ? GC.GetAllocatedBytesForCurrentThread() : before;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // the waiting tags' columns grow once or twice
    }

    [Fact]
    public void Delays_beyond_a_microsecond_are_refused() =>
        Assert.Throws<ArgumentException>(() => new DelayMerger(C, D, new ChannelDelays(1_000_001, 0)));
}
