using MdiQkd.Acquisition;
using MdiQkd.Measurement.Pilots;
using MdiQkd.Measurement.Tests.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

public class PilotTallyTests
{
    private const int Groups = 400_000;
    private const int PeriodPs = 5000;

    private static readonly BsmSettings Settings = new(
        new SlotTiming(PeriodPs, 2500, 1000), TagPatterns.C, TagPatterns.D, AcceptPsiPlus: true, new PilotPattern(6, 3));

    [Theory]
    [InlineData(1.0, 1.0, 0.97, 0.0)]
    [InlineData(1.0, 1.0, 0.60, 2.9)]
    [InlineData(1.0, 0.4, 0.97, -1.2)]
    [InlineData(1.0, 1.0, 0.97, 0.8)]
    public void Estimates_agree_with_the_interference_that_made_the_clicks(double arm, double otherArm, double overlap, double phase)
    {
        // Mean photon number 0.05 per window and arm; the estimator is right to first order in it, hence 0.05 on top of 4 sigma.
        const double scale = 0.05;
        PilotInterval interval = Run(arm * scale, otherArm * scale, overlap, phase, deadSlots: 0);
        Assert.True(interval.Both.TryEstimateVisibility(out VisibilityEstimate? seen));
        double visibility = 2 * arm * otherArm * overlap / Math.Pow(arm + otherArm, 2);
        Assert.Equal(Groups * 2 * 14 / 16, seen!.PilotSlots);
        Near(visibility, seen.HomVisibility, (4 * seen.HomVisibilityError) + 0.05);
        Near((1 - (visibility * Math.Cos(phase))) / 2, seen.XErrorRate, (4 * seen.XErrorRateError) + 0.05);
        Assert.True(interval.Both.TryEstimatePhase(out PhaseEstimate? estimate));
        Near(phase, estimate!.PhaseRad, (4 * estimate.PhaseErrorRad) + 0.05);
    }

    [Theory]
    [InlineData(350, 0, 700, 20)]
    [InlineData(-90_000, 1_000_000, 5000, 50)]
    [InlineData(0, -40, 30, 4)]
    public void Tags_picked_near_pilots_tell_as_much_as_all(long delayC, long delayD, int period, int length)
    {
        Random random = new(period);
        BsmSettings settings = new(TagPatterns.Timing, TagPatterns.C, TagPatterns.D, AcceptPsiPlus: true, new PilotPattern(period, length));
        const long startPs = 3_000_000;
        long slots = Math.Max(20_000, 40L * period);
        ChannelDelays delays = new(delayC, delayD);
        (long TimePs, byte Channel)[] tags =
        [
            .. TagStreams.Tags(TagPatterns.Random(random, TagPatterns.Timing, startPs, slots, 0))
                .Select(t => (t.TimePs + (t.Channel == TagPatterns.C ? delayC : t.Channel == TagPatterns.D ? delayD : 0), t.Channel)).Order(),
        ];
        PilotTally all = new(settings, startPs, slots);
        PilotTally few = new(settings, startPs, slots);
        DelayMerger mergerOfAll = new(TagPatterns.C, TagPatterns.D, delays);
        DelayMerger mergerOfFew = new(TagPatterns.C, TagPatterns.D, delays);
        PilotStretches stretches = new(settings.Pilots!, settings.Timing, startPs);
        TimeTagBlock picked = new();
        TimeTagBlock merged = new();
        long pickedTags = 0;
        int next = 0;
        for (long watermarkPs = 50_000; watermarkPs < startPs + (slots * 5000) + 10_000_000; watermarkPs += random.NextInt64(1, period * 900L))
        {
            int end = next;
            while (end < tags.Length && tags[end].TimePs <= watermarkPs)
            {
                end++;
            }

            TimeTagBlock block = TagStreams.Block(watermarkPs, random.Next(30) == 0 ? 1 : 0, tags[next..end]);
            stretches.Pick(TagStreams.AsOffsets(block), picked);
            pickedTags += picked.Count;
            mergerOfFew.Merge(picked, merged);
            few.Add(merged);
            mergerOfAll.Merge(block, merged);
            all.Add(merged);
            next = end;
        }

        Assert.Equal(all.ReachedPs, few.ReachedPs);
        Assert.Equivalent(all.Interval, few.Interval);
        Assert.True(all.Interval.Both.InPhase.Slots > 20 && all.Interval.A.Slots > 20);
        Assert.True(period < 5000 || pickedTags < tags.Length / 2);
    }

    [Fact]
    public void Dead_time_does_not_look_like_lost_visibility()
    {
        Assert.True(Run(0.1, 0.1, 0.97, 0, deadSlots: 4).Both.TryEstimateVisibility(out VisibilityEstimate? estimate));
        Near(0.485, estimate!.HomVisibility, (4 * estimate.HomVisibilityError) + 0.1);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2000, -2000)]
    [InlineData(-2300, 150)]
    public void Each_user_has_its_own_arrivals_wherever_in_the_slot_they_are(int offsetA, int offsetB)
    {
        // Flat background of both detectors below the peaks of 90 ps standard deviation.
        Random random = new(5);
        var tally = new PilotTally(Settings, 10 * PeriodPs, 6L * Groups);
        List<(long TimePs, byte Channel)> tags = [];
        for (long n = 0; n < 2 * Groups / 4; n++)
        {
            PilotKind kind = PilotPattern.KindOfActive(n);
            long slotPs = (10 + (n / 2 * 6) + 1 + (n % 2)) * PeriodPs;
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            if (kind is PilotKind.AloneA or PilotKind.AloneB && random.NextDouble() < 0.2)
            {
                tags.Add((slotPs + 1250 + (kind == PilotKind.AloneA ? offsetA : offsetB) + (long)(90 * normal), TagPatterns.C));
            }

            if (random.NextDouble() < 0.05)
            {
                tags.Add((slotPs + random.Next(PeriodPs), TagPatterns.D));
            }
        }

        Feed(tally, tags, (10 + (6L * Groups / 4)) * PeriodPs);
        foreach ((ArrivalOffsets arrivals, int offset) in new[] { (tally.Interval.A, offsetA), (tally.Interval.B, offsetB) })
        {
            Assert.Equal(Groups / 4 / 8, arrivals.Slots);
            Assert.True(arrivals.TryFindPeak(out ArrivalPeak? peak));
            Near(offset, peak!.OffsetPs, 4 * peak.OffsetErrorPs);
            Near(0.2, peak.RatePerSlot, 4 * Math.Sqrt(0.3 / arrivals.Slots));
        }
    }

    [Fact]
    public void Without_light_there_is_no_peak_and_no_phase()
    {
        var tally = new PilotTally(Settings, 0, 6L * Groups);
        Feed(tally, [], 6L * Groups * PeriodPs);
        Assert.False(tally.Interval.A.TryFindPeak(out _));
        Assert.False(tally.Interval.Both.TryEstimatePhase(out _));
        Assert.False(tally.Interval.Both.TryEstimateVisibility(out _));
    }

    [Fact]
    public void Pilots_never_reach_the_list_and_void_groups_never_the_tally()
    {
        const int slots = 120;
        BsmClassifier classifier = new(Settings, 0, slots);
        BsmEventBuffer events = new();
        TimeTagBlock block = new() { WatermarkPs = slots * PeriodPs };
        for (int slot = 0; slot < slots; slot++)
        {
            block.Add((slot * PeriodPs) + 1250, TagPatterns.C);
            block.Add((slot * PeriodPs) + 3750, TagPatterns.D);
        }

        classifier.Classify(block, events);
        Assert.Equal(slots / 2, events.Count);
        Assert.DoesNotContain(events.Slots.Take(events.Count), slot => slot % 6 < 3);
        PilotTally whole = new(Settings, 0, slots);
        whole.Add(block);
        Assert.Equal((15, 20), (whole.Interval.Both.InPhase.OppositeBins, whole.Interval.Both.Quadrature.OppositeBins));
        Assert.Equal((15, 20), (whole.Interval.Both.InPhase.Slots, whole.Interval.Both.Quadrature.Slots));

        PilotTally lossy = new(Settings, 0, slots);
        block.LostTags = 1;
        lossy.Add(block);
        Assert.Equal(0, lossy.Interval.Both.InPhase.Slots + lossy.Interval.Both.InPhase.OppositeBins + lossy.Interval.A.Slots);
    }

    [Fact]
    public void An_interval_begins_with_the_first_whole_group_and_does_not_depend_on_the_blocks()
    {
        Random random = new(8);
        List<(long TimePs, byte Channel)> tags =
            [.. Enumerable.Range(0, 30_000).Select(_ => (random.NextInt64(6L * 2000 * PeriodPs), (byte)(1 + random.Next(3)))).OrderBy(tag => tag.Item1)];
        var whole = new PilotTally(Settings, 0, 6L * 2000);
        whole.Begin(1_000_001);
        Feed(whole, tags, 6L * 2000 * PeriodPs);
        Assert.Equal(4000 - (2 * 34), Slots(whole.Interval)); // groups of 30 ns: the 34th is the first from 1 us on
        for (int run = 0; run < 20; run++)
        {
            var cut = new PilotTally(Settings, 0, 6L * 2000);
            cut.Begin(1_000_001);
            int from = 0;
            while (from < tags.Count)
            {
                int count = Math.Min(tags.Count - from, random.Next(1, 4000));
                Feed(cut, tags.GetRange(from, count), from + count == tags.Count ? 6L * 2000 * PeriodPs : tags[from + count].TimePs - 1);
                from += count;
            }

            Assert.Equivalent(whole.Interval, cut.Interval);
        }
    }

    private static long Slots(PilotInterval i) => i.A.Slots + i.B.Slots + i.Both.InPhase.Slots + i.Both.Quadrature.Slots;

    private static void Near(double expected, double actual, double tolerance) =>
        Assert.InRange(actual - expected, -tolerance, tolerance);

    private static void Feed(PilotTally tally, List<(long TimePs, byte Channel)> tags, long watermarkPs)
    {
        TimeTagBlock block = new() { WatermarkPs = watermarkPs };
        foreach ((long timePs, byte channel) in tags.OrderBy(tag => tag.TimePs))
        {
            block.Add(timePs, channel);
        }

        tally.Add(block);
    }

    // Slot by slot, random common phase: I_c,t = (a+b)/2 + sqrt(M a b) cos(theta + phi_t), I_d with minus (physics 3.3).
    private static PilotInterval Run(double a, double b, double overlap, double phase, int deadSlots)
    {
        Random random = new(97);
        PilotTally tally = new(Settings, 0, 6L * Groups);
        TimeTagBlock block = new();
        int[] blindUntil = new int[2];
        for (int n = 0; n < 2 * Groups; n++)
        {
            int slot = (n / 2 * 6) + 1 + (n % 2);
            PilotKind kind = PilotPattern.KindOfActive(n);
            if (kind is PilotKind.AloneA or PilotKind.AloneB)
            {
                continue;
            }

            double theta = 2 * Math.PI * random.NextDouble();
            double late = phase + (kind == PilotKind.Quadrature ? Math.PI / 2 : 0);
            for (int bin = 0; bin < 2; bin++)
            {
                double interference = Math.Sqrt(overlap * a * b) * Math.Cos(theta + (bin * late));
                for (int detector = 0; detector < 2; detector++)
                {
                    double intensity = ((a + b) / 2) + (detector == 0 ? interference : -interference);
                    if (random.NextDouble() < 1 - Math.Exp(-intensity) && slot >= blindUntil[detector])
                    {
                        block.Add((slot * (long)PeriodPs) + (bin == 0 ? 1250 : 3750), detector == 0 ? TagPatterns.C : TagPatterns.D);
                        blindUntil[detector] = deadSlots == 0 ? 0 : slot + deadSlots;
                    }
                }
            }
        }

        block.WatermarkPs = 6L * Groups * PeriodPs;
        tally.Add(block);
        return tally.Interval;
    }
}
