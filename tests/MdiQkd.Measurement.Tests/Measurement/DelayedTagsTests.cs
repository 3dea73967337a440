using MdiQkd.Acquisition;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

/// <summary>Classification of tags that still have their delays, on both paths, against merging first and against the slow reference.</summary>
[Trait("Lane", "Simd")]
public class DelayedTagsTests
{
    private const byte C = TagPatterns.C;
    private const byte D = TagPatterns.D;
    private const long StartPs = 5_000_000;

    [Theory]
    [InlineData(0, 0, 5000, 2500, 600, 0.1)]
    [InlineData(350, 0, 5000, 2500, 600, 0.05)]
    [InlineData(350, 0, 5000, 2500, 600, 1)]
    [InlineData(-2200, 7100, 5000, 2500, 600, 0.05)]
    [InlineData(0, 60_001, 5000, 2500, 1000, 0.04)]
    [InlineData(700_000, 700_300, 4096, 2048, 777, 0.03)]
    [InlineData(1_000_000, -1_000_000, 1_000_000, 3001, 777, 1)]
    [InlineData(-40, 33, 101, 50, 50, 0.02)]
    public void Events_equal_those_of_merged_tags_and_of_the_slow_reference(
        long delayC, long delayD, int period, int spacing, int window, double density)
    {
        SlotTiming timing = new(period, spacing, window);
        Random random = new(period + window + (int)delayC);
        long events = 0;
        for (int round = 0; round < 40; round++)
        {
            BsmSettings settings = new(
                timing, C, D, random.Next(2) == 0, random.Next(2) == 0 ? null : new PilotPattern(random.Next(2) == 0 ? 9 : 700, 3));
            long slots = 1 + random.Next((int)Math.Min(4000 / density, 900_000_000L / period));
            double loss = random.Next(3) == 0 ? 0.1 : 0;
            List<TimeTagBlock> blocks = Delayed(random, timing, slots, density, loss, delayC, delayD, out TimeTagBlock ideal);
            ChannelDelays delays = new(delayC, delayD);
            (BsmClassifier accelerated, List<BsmEvent> found) = Run(settings, slots, delays, blocks, SlotMaps.IsSupported);
            (BsmClassifier portable, List<BsmEvent> foundPortable) = Run(settings, slots, delays, blocks, accelerated: false);
            Assert.Equal(foundPortable, found);
            Assert.Equivalent(portable.Counters, accelerated.Counters);
            Assert.Equal(MergedFirst(settings, slots, delays, blocks), found);
            Assert.Equal(slots, accelerated.Counters.JudgedSlots + accelerated.Counters.VoidSlots);
            Assert.Equal(0, accelerated.Counters.OutOfOrder + accelerated.DisorderedTags);
            if (loss == 0)
            {
                Assert.Equal(ReferenceClassifier.Classify(settings, StartPs, slots, [ideal]), found);
                Assert.Equal(ideal.Count, accelerated.Counters.TagsIn);
            }

            events += found.Count;
        }

        Assert.True(events > 20);
    }

    [Fact]
    public void Tags_out_of_order_are_dropped_and_their_slots_void_on_both_paths()
    {
        Random random = new(77);
        ChannelDelays delays = new(350, 0);
        BsmSettings settings = new(TagPatterns.Timing, C, D, AcceptPsiPlus: true);
        for (int round = 0; round < 30; round++)
        {
            const long slots = 20_000;
            List<TimeTagBlock> blocks =
                Delayed(random, TagPatterns.Timing, slots, 0.2, 0, delays.CPs, delays.DPs, out TimeTagBlock ideal);
            List<BsmEvent> all = ReferenceClassifier.Classify(settings, StartPs, slots, [ideal]);
            int swaps = 0;
            foreach (TimeTagBlock block in blocks.Where(b => b.Count > 300))
            {
                int i = random.Next(block.Count - 10);
                (block.TimesPs[i], block.TimesPs[i + 9]) = (block.TimesPs[i + 9], block.TimesPs[i]);
                swaps += block.TimesPs[i] != block.TimesPs[i + 9] ? 1 : 0;
            }

            foreach (bool path in new[] { SlotMaps.IsSupported, false })
            {
                (BsmClassifier classifier, List<BsmEvent> found) = Run(settings, slots, delays, blocks.ConvertAll(Copy), path);
                Assert.Equal(found.Select(e => e.Slot).Distinct().Order(), found.Select(e => e.Slot));
                Assert.Empty(found.Except(all));
                Assert.True(classifier.DisorderedTags >= swaps);
                Assert.Equal(classifier.DisorderedTags, blocks.Sum(b => b.Count) - classifier.Counters.TagsIn);
                Assert.Equal(swaps > 0, classifier.Counters.VoidSlots > 0);
                Assert.Equal(slots, classifier.Counters.JudgedSlots + classifier.Counters.VoidSlots);
            }
        }
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        List<TimeTagBlock> blocks = Delayed(new Random(5), TagPatterns.Timing, 200_000, 0.1, 0, 350, -200, out _);
        BsmSettings settings = new(TagPatterns.Timing, C, D, AcceptPsiPlus: true, new PilotPattern(5000, 50));
        BsmEventBuffer events = new(400_000);
        long allocated = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            events.Clear();
            BsmClassifier classifier = new(settings, StartPs, 200_000, new ChannelDelays(350, -200));
            classifier.Classify(blocks[0], events);
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (TimeTagBlock block in blocks.Skip(1).ToArray())
            {
                classifier.Classify(block, events);
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The columns of the tags that wait grow once or twice.
        Assert.InRange(allocated, 0, 100_000);
        Assert.True(events.Count > 100);
    }

    private static (BsmClassifier Classifier, List<BsmEvent> Events) Run(
        BsmSettings settings, long slots, ChannelDelays delays, List<TimeTagBlock> blocks, bool accelerated)
    {
        BsmClassifier classifier = new(settings, StartPs, slots, delays, accelerated);
        BsmEventBuffer events = new(1);
        foreach (TimeTagBlock block in blocks)
        {
            classifier.Classify(block, events);
        }

        Assert.True(classifier.Finished);
        return (classifier, [.. Enumerable.Range(0, events.Count).Select(i => events[i])]);
    }

    private static List<BsmEvent> MergedFirst(BsmSettings settings, long slots, ChannelDelays delays, List<TimeTagBlock> blocks)
    {
        DelayMerger merger = new(C, D, delays);
        BsmClassifier classifier = new(settings, StartPs, slots, delays: null, accelerated: false);
        BsmEventBuffer events = new(1);
        TimeTagBlock merged = new();
        foreach (TimeTagBlock block in blocks)
        {
            merger.Merge(Copy(block), merged);
            classifier.Classify(merged, events);
        }

        return [.. Enumerable.Range(0, events.Count).Select(i => events[i])];
    }

    /// <summary>Blocks of any length, some of whose times are held as offsets; and their tags without delays, in one block.</summary>
    private static List<TimeTagBlock> Delayed(
        Random random, SlotTiming timing, long slots, double density, double loss, long delayC, long delayD, out TimeTagBlock ideal)
    {
        List<TimeTagBlock> dense = TagPatterns.Random(random, timing, StartPs, slots, 0);
        (long TimePs, byte Channel)[] tags = [.. TagStreams.Tags(dense).Where(_ => random.NextDouble() < density)];
        (long TimePs, byte Channel)[] delayed =
            [.. tags.Select(t => (t.TimePs + (t.Channel == C ? delayC : t.Channel == D ? delayD : 0), t.Channel)).Order()];
        long endPs = dense[^1].WatermarkPs + 4_000_000;
        long meanPs = (long)(timing.SlotPeriodPs / density);
        List<TimeTagBlock> blocks = [];
        int next = 0;
        long watermarkPs = -1;
        while (watermarkPs < endPs)
        {
            watermarkPs += 1 + random.NextInt64(meanPs * (random.Next(4) switch { 0 => 3, 1 => 200, _ => 2000 }));
            int end = next;
            while (end < delayed.Length && delayed[end].TimePs <= watermarkPs)
            {
                end++;
            }

            TimeTagBlock block = TagStreams.Block(
                watermarkPs, random.NextDouble() < loss ? 1 + random.Next(9) : 0, delayed[next..end]);
            bool near = block.Count == 0 || block.TimesPs[block.Count - 1] - block.TimesPs[0] < 1L << 31;
            blocks.Add(near && random.Next(2) == 0 ? TagStreams.AsOffsets(block) : block);
            next = end;
        }

        ideal = TagStreams.Block(watermarkPs, 0, tags);
        return blocks;
    }

    private static TimeTagBlock Copy(TimeTagBlock block)
    {
        TimeTagBlock copy = new(Math.Max(1, block.Count)) { WatermarkPs = block.WatermarkPs, LostTags = block.LostTags };
        for (int i = 0; i < block.Count; i++)
        {
            copy.Add(block.TimePs(i), block.Channels[i]);
        }

        return copy;
    }
}
