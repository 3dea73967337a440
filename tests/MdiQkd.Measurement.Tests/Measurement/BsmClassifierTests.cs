using MdiQkd.Acquisition;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

[Trait("Lane", "Simd")]
public class BsmClassifierTests
{
    private const byte C = TagPatterns.C;
    private const byte D = TagPatterns.D;
    private const long StartPs = 100_000;
    private const int Early = 1250;
    private const int Late = 3750;

    private static readonly BsmSettings Settings = new(TagPatterns.Timing, C, D, AcceptPsiPlus: true);

    [Fact]
    public void Psi_minus_is_one_click_in_each_detector_in_opposite_bins()
    {
        (BsmClassifier classifier, BsmEventBuffer events) = Classify(
            Settings, 10, (1, Early, C), (1, Late, D), (3, Early, D), (3, Late, C));
        Assert.Equal([new BsmEvent(1, BellState.PsiMinus), new BsmEvent(3, BellState.PsiMinus)], Events(events));
        Assert.Equal(2, classifier.Counters.PsiMinus);
    }

    [Fact]
    public void Psi_plus_is_both_bins_of_one_detector_and_announced_only_if_accepted()
    {
        (int, int, byte)[] clicks = [(1, Early, C), (1, Late, C), (3, Early, D), (3, Late, D)];
        (_, BsmEventBuffer accepted) = Classify(Settings, 10, clicks);
        Assert.Equal([new BsmEvent(1, BellState.PsiPlus), new BsmEvent(3, BellState.PsiPlus)], Events(accepted));
        (BsmClassifier classifier, BsmEventBuffer refused) = Classify(Settings with { AcceptPsiPlus = false }, 10, clicks);
        Assert.Equal(0, refused.Count);
        Assert.Equal(2, classifier.Counters.PsiPlus);
    }

    [Fact]
    public void Multi_click_slots_and_same_bin_slots_are_dropped_and_counted()
    {
        (BsmClassifier classifier, BsmEventBuffer events) = Classify(
            Settings,
            20,
            (1, Early, C), (1, Early, D), (1, Late, C),
            (2, Early, C), (2, Early + 5, C),
            (3, Early, C), (3, Early + 5, C), (3, Late, D),
            (4, Early, C), (4, Early, D),
            (5, Early, C), (5, Early, D), (5, Late, C), (5, Late, D),
            (6, Late, D));
        Assert.Equal(0, events.Count);
        Assert.Equal(4, classifier.Counters.MultiClick);
        Assert.Equal(1, classifier.Counters.SameBin);
        Assert.Equal(0, classifier.Counters.PsiMinus);
    }

    [Fact]
    public void Windows_hold_their_first_and_not_their_end_picosecond()
    {
        (BsmClassifier classifier, BsmEventBuffer events) = Classify(
            Settings,
            20,
            (1, Early - 300, C), (1, Late + 299, D),
            (2, Early - 301, C), (2, Late, D),
            (3, Early, C), (3, Late + 300, D),
            (4, Early + 300, D), (4, Early + 310, C), (4, Late, C), (4, Late + 300, C), (4, Early, D));
        Assert.Equal([1, 4], Events(events).Select(e => e.Slot));
        Assert.Equal(3, classifier.Counters.BackgroundC);
        Assert.Equal(2, classifier.Counters.BackgroundD);
    }

    [Fact]
    public void Every_tag_is_counted_once()
    {
        (BsmClassifier classifier, _) = Classify(
            Settings, 4, (-1, Late, C), (0, Early, C), (1, 10, D), (1, Late, D), (2, Early, 9), (3, Early, D), (4, 0, D), (5, Late, C));
        MeasurementCounters n = classifier.Counters;
        Assert.Equal(8, n.TagsIn);
        Assert.Equal(1, n.OtherChannels);
        Assert.Equal(3, n.OutsideSession);
        Assert.Equal((0, 1), (n.BackgroundC, n.BackgroundD));
        Assert.Equal((1, 2), (n.SinglesC, n.SinglesD));
        Assert.Equal(4, n.JudgedSlots);
        Assert.True(classifier.Finished);
    }

    [Fact]
    public void A_slot_is_judged_only_when_the_watermark_is_past_its_end()
    {
        BsmClassifier classifier = new(Settings, StartPs, 10);
        BsmEventBuffer events = new();
        long slot2 = StartPs + 10_000;
        classifier.Classify(TagStreams.Block(slot2 + 4998, 0, (slot2 + Early, C), (slot2 + Late, D)), events);
        Assert.Equal(0, events.Count);
        Assert.Equal(2, classifier.SettledSlots);
        classifier.Classify(TagStreams.Block(slot2 + 4999, 0), events);
        Assert.Equal([new BsmEvent(2, BellState.PsiMinus)], Events(events));
        Assert.Equal(3, classifier.SettledSlots);
        Assert.False(classifier.Finished);
        classifier.Classify(TagStreams.Block(StartPs + 49_999, 0), events);
        Assert.True(classifier.Finished);
    }

    [Fact]
    public void Slots_that_touch_a_loss_are_void_on_both_sides_of_its_stretch()
    {
        BsmClassifier classifier = new(Settings, StartPs, 10);
        BsmEventBuffer events = new();
        static (long, byte)[] PsiMinus(int slot) =>
            [(StartPs + (5000 * slot) + Early, C), (StartPs + (5000 * slot) + Late, D)];

        // Slot 1 ends at the watermark; slot 2 is half in; the lossy stretch ends in the middle of slot 5.
        classifier.Classify(TagStreams.Block(StartPs + 9_999, 0, [.. PsiMinus(0), .. PsiMinus(1)]), events);
        classifier.Classify(TagStreams.Block(StartPs + 12_000, 0, PsiMinus(2)[0]), events);
        classifier.Classify(
            TagStreams.Block(StartPs + 27_000, 3, [PsiMinus(2)[1], .. PsiMinus(3), .. PsiMinus(4), PsiMinus(5)[0]]), events);
        classifier.Classify(TagStreams.Block(StartPs + 60_000, 0, [PsiMinus(5)[1], .. PsiMinus(6), .. PsiMinus(9)]), events);
        Assert.Equal([0, 1, 6, 9], Events(events).Select(e => e.Slot));
        Assert.Equal(4, classifier.Counters.VoidSlots);
        Assert.Equal(6, classifier.Counters.JudgedSlots);
        Assert.Equal(8, classifier.Counters.VoidedClicks);
        Assert.Equal(3, classifier.Counters.LostTags);
        Assert.True(classifier.Finished);
    }

    [Fact]
    public void A_source_that_breaks_the_order_is_counted_and_never_yields_descending_slots()
    {
        BsmClassifier classifier = new(Settings, StartPs, 10);
        BsmEventBuffer events = new();
        classifier.Classify(
            TagStreams.Block(
                StartPs + 60_000, 0, (StartPs + 10_000 + Early, C), (StartPs + 5000, D), (StartPs + Early, C), (StartPs + Late, D),
                (StartPs + 10_000 + Late, D)),
            events);
        Assert.Equal([2], Events(events).Select(e => e.Slot));
        Assert.Equal(2, classifier.Counters.OutOfOrder);
    }

    [Theory]
    [InlineData(5000, 2500, 600, 0.0)]
    [InlineData(5000, 2500, 600, 0.02)]
    [InlineData(1024, 400, 399, 0.01)]
    [InlineData(101, 50, 50, 0.01)]
    [InlineData(1_000_000, 3001, 777, 0.005)]
    public void Events_equal_those_of_the_slow_reference(int period, int spacing, int window, double loss)
    {
        // About a million tags over the five cases, on both paths.
        SlotTiming timing = new(period, spacing, window);
        Random random = new(period + window);
        for (int round = 0; round < 60; round++)
        {
            BsmSettings settings = new(
                timing, C, D, random.Next(2) == 0, random.Next(2) == 0 ? null : new PilotPattern(7 + random.Next(20), 3));
            long startPs = random.NextInt64(3 * period, 1L << (22 + (38 * random.Next(2))));
            long slots = 1 + random.Next(4000);
            List<TimeTagBlock> blocks = TagPatterns.Random(random, timing, startPs, slots, loss);
            (BsmClassifier classifier, BsmEventBuffer events) = Run(settings, startPs, slots, blocks, SlotMaps.IsSupported);
            Assert.Equal(ReferenceClassifier.Classify(settings, startPs, slots, blocks), Events(events));
            (BsmClassifier portable, BsmEventBuffer portableEvents) = Run(settings, startPs, slots, blocks, accelerated: false);
            Assert.Equal(Events(portableEvents), Events(events));
            Assert.Equivalent(portable.Counters, classifier.Counters);
            MeasurementCounters n = classifier.Counters;
            Assert.Equal(blocks.Sum(b => b.Count), n.TagsIn);
            Assert.Equal(
                n.TagsIn,
                n.OtherChannels + n.OutsideSession + n.OutOfOrder + n.BackgroundC + n.BackgroundD + n.SinglesC + n.SinglesD);
            Assert.Equal(0, n.OutOfOrder);
            Assert.Equal(slots, n.JudgedSlots + n.VoidSlots);
            Assert.True(classifier.Finished);
        }
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        Random random = new(5);
        List<TimeTagBlock> blocks = TagPatterns.Random(random, TagPatterns.Timing, StartPs, 20_000, 0.001);
        BsmEventBuffer events = new(40_000);
        long allocated = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            // The least of several: the first round pays for what the runtime loads, and a collection that another test causes
            // charges this thread with the rest of its allocation quantum.
            events.Clear();
            BsmClassifier classifier = new(Settings, StartPs, 20_000);
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (TimeTagBlock block in blocks)
            {
                classifier.Classify(block, events);
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
        Assert.True(events.Count > 100);
    }

    [Fact]
    public void Faulty_settings_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new BsmClassifier(Settings with { ChannelD = C }, 0, 1));
        Assert.Throws<ArgumentException>(() => new BsmClassifier(Settings with { Timing = new(5000, 2500, 2501) }, 0, 1));
        Assert.Throws<ArgumentException>(() => new BsmClassifier(Settings with { Pilots = new(4, 3) }, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BsmClassifier(Settings, 0, long.MaxValue));
    }

    [Fact]
    public void A_tag_out_of_order_inside_a_chunk_is_found_on_both_paths()
    {
        Random random = new(8);
        for (int round = 0; round < 50; round++)
        {
            List<TimeTagBlock> blocks = TagPatterns.Random(random, TagPatterns.Timing, StartPs, 3000, 0);
            foreach (TimeTagBlock block in blocks.Where(b => b.Count > 100))
            {
                int i = random.Next(block.Count - 1);
                (block.TimesPs[i], block.TimesPs[i + 1]) = (block.TimesPs[i + 1], block.TimesPs[i]);
            }

            (BsmClassifier classifier, BsmEventBuffer events) = Run(Settings, StartPs, 3000, blocks, SlotMaps.IsSupported);
            (BsmClassifier portable, BsmEventBuffer portableEvents) = Run(Settings, StartPs, 3000, blocks, accelerated: false);
            Assert.Equal(Events(portableEvents), Events(events));
            Assert.Equivalent(portable.Counters, classifier.Counters);
        }
    }

    private static (BsmClassifier Classifier, BsmEventBuffer Events) Run(
        BsmSettings settings, long startPs, long slots, List<TimeTagBlock> blocks, bool accelerated)
    {
        BsmClassifier classifier = new(settings, startPs, slots, delays: null, accelerated);
        BsmEventBuffer events = new(1);
        foreach (TimeTagBlock block in blocks)
        {
            classifier.Classify(block, events);
        }

        return (classifier, events);
    }

    private static (BsmClassifier Classifier, BsmEventBuffer Events) Classify(
        BsmSettings settings, long slots, params (int Slot, int InSlotPs, byte Channel)[] clicks)
    {
        BsmClassifier classifier = new(settings, StartPs, slots);
        BsmEventBuffer events = new();
        (long, byte)[] tags = [.. clicks.Select(c => (StartPs + (5000L * c.Slot) + c.InSlotPs, c.Channel)).OrderBy(t => t.Item1)];
        classifier.Classify(TagStreams.Block(StartPs + (5000 * slots) + 50_000, 0, tags), events);
        return (classifier, events);
    }

    private static IEnumerable<BsmEvent> Events(BsmEventBuffer events) =>
        Enumerable.Range(0, events.Count).Select(i => events[i]);
}
