using MdiQkd.Acquisition;
using MdiQkd.Measurement.Clock;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Clock;

[Trait("Lane", "Simd")]
public class SlotClockRecoveryTests
{
    private const double Second = 1e12;

    [Theory]
    [InlineData(0.0, 5000, 2500)]
    [InlineData(100.0, 5000, 2500)]
    [InlineData(-100.0, 5000, 2500)]
    [InlineData(37.3, 10_000, 3000)]
    [InlineData(-0.4, 1000, 500)]
    public void A_clock_off_by_ppm_is_found_and_every_pulse_gets_its_slot(double ppm, int period, int spacing)
    {
        PulsedTags light = new(1)
        {
            Timing = new SlotTiming(period, spacing, period / 5), ShiftPs = t => t * ppm * 1e-6, JitterPs = period / 100.0,
        };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.1);
        Assert.Equal(SlotClockState.Locked, clock.State);
        Assert.Equal(0, wrong);
        Assert.Equal(all, kept);
        Assert.InRange(clock.Status().OffsetPpm + ppm, -0.02, 0.02);
        Assert.InRange(clock.Status().Arrivals!.Value.PhaseErrorPs, -20, 20);
        Assert.InRange(clock.Status().Arrivals!.Value.JitterPs ?? light.JitterPs, 0.7 * light.JitterPs, 1.3 * light.JitterPs);
    }

    [Theory]
    [InlineData(5e6)]
    [InlineData(2e5)]
    public void Drift_and_wander_are_followed(double rateHz)
    {
        // 10 ps/s of fibre, and 1 ns of wander at 2 Hz: 12 ppm·ns/s at most, far more than an oven-controlled oscillator.
        PulsedTags light = new(2) { RateHz = rateHz, ShiftPs = t => (10 * t / Second) + (1000 * Math.Sin(Math.Tau * 2 * t / Second)) };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.5);
        Assert.Equal((SlotClockState.Locked, 0), (clock.State, wrong));
        Assert.Equal(all, kept);
        Assert.True(Math.Abs(clock.Status().Arrivals!.Value.PhaseErrorPs) < 60, $"{clock.Status()}");
    }

    [Fact]
    public void The_phase_is_steered_to_the_centre_of_the_windows()
    {
        PulsedTags light = new(3) { ShiftPs = _ => 300 };
        (SlotClockRecovery clock, _, _, _) = Run(light, 0.05);
        Assert.InRange(clock.Status().PhaseShiftPs, -310, -290);
        Assert.InRange(clock.Status().Arrivals!.Value.PhaseErrorPs, -20, 20);
    }

    [Fact]
    public void A_step_of_a_millisecond_ends_the_session_and_numbers_no_slot_wrongly()
    {
        PulsedTags light = new(4) { ShiftPs = t => t > 0.05 * Second ? 1e9 : 0 };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.1);
        Assert.Equal((SlotClockState.Lost, SlotClockCondition.UnexplainedGap, 0), (clock.State, clock.Condition, wrong));
        Assert.InRange(kept, 0.45 * all, 0.5 * all);
        Assert.Equal(1, clock.Losses);
    }

    [Fact]
    public void A_recording_goes_on_after_a_step()
    {
        PulsedTags light = new(5) { ShiftPs = t => t > 0.05 * Second ? 1e9 + 1100 : 0 };
        (SlotClockRecovery clock, _, int kept, int all) = Run(light, 0.1, s => s with { Renumbers = true });
        Assert.Equal((SlotClockState.Locked, SlotClockCondition.None, 1), (clock.State, clock.Condition, clock.Losses));
        Assert.InRange(kept, 0.9 * all, all);
        Assert.InRange(clock.Status().Arrivals!.Value.PhaseErrorPs, -20, 20);
    }

    [Fact]
    public void A_step_of_the_phase_is_named()
    {
        PulsedTags light = new(6) { ShiftPs = t => t > 0.05 * Second ? 900 : 0 };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.1);
        Assert.Equal((SlotClockState.Lost, SlotClockCondition.PhaseStep, 0), (clock.State, clock.Condition, wrong));
        Assert.InRange(kept, 0.45 * all, 0.55 * all);
    }

    [Fact]
    public void A_start_that_is_not_known_is_found()
    {
        // The grid that is found is the nearest one: half the ambiguity, 1250 ps, or less from the nominal start.
        PulsedTags light = new(7) { ShiftPs = t => 900 + (t * 50e-6) };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.05, s => s with { StartIsKnown = false });
        Assert.Equal((SlotClockState.Locked, 0), (clock.State, wrong));
        Assert.Equal(all, kept);
    }

    [Fact]
    public void Noise_is_no_clock()
    {
        PulsedTags light = new(8) { Background = 1 };
        (SlotClockRecovery clock, _, int kept, _) = Run(light, 0.05);
        Assert.Equal((SlotClockState.Lost, SlotClockCondition.NoPeriodicity, 0), (clock.State, clock.Condition, kept));
        (clock, _, kept, _) = Run(light, 0.05, s => s with { StartIsKnown = false, Renumbers = true });
        Assert.Equal((SlotClockState.Acquiring, SlotClockCondition.NoPeriodicity, 0), (clock.State, clock.Condition, kept));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.01)]
    public void A_dead_channel_and_one_at_a_hundred_times_the_rate_keep_the_clock(double shareOfC)
    {
        PulsedTags light = new(9) { ShareOfC = shareOfC, ShiftPs = t => t * 3e-6 };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 0.05);
        Assert.Equal((SlotClockState.Locked, 0), (clock.State, wrong));
        Assert.Equal(all, kept);
    }

    [Fact]
    public void Few_tags_leave_on_trust_and_confirm_in_the_end()
    {
        PulsedTags light = new(10) { RateHz = 30 };
        (SlotClockRecovery clock, int wrong, int kept, int all) = Run(light, 20, blockSeconds: 0.1);
        Assert.Equal(0, wrong);
        Assert.Equal(all, kept);
        Assert.True(clock.Confirmations > 2, $"{clock.Status()}");
    }

    [Fact]
    public void An_hour_of_nothing_takes_no_memory_and_names_its_condition()
    {
        PulsedTags light = new(11);
        SlotClockRecovery clock = Make(light, 7200, s => s);
        TimeTagBlock output = new();
        foreach (TimeTagBlock block in light.Blocks(light.Draw(0.02), 0.02, 0.001))
        {
            clock.Feed(block);
            while (clock.TryTake(output))
            {
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        TimeTagBlock empty = new(1);
        long steps = 0;
        for (long s = 1; s <= 3600; s++)
        {
            empty.WatermarkPs = light.StartPs + (s * 1_000_000_000_000);
            clock.Feed(empty);
            while (clock.TryTake(output))
            {
                steps++;
            }
        }

        Assert.Equal((SlotClockState.Lost, SlotClockCondition.TooFewTags), (clock.State, clock.Condition));
        Assert.InRange(output.WatermarkPs, light.StartPs + (3598L * 1_000_000_000_000), empty.WatermarkPs + 1000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.InRange(steps, 1000, 20_000);
    }

    [Fact]
    public void A_reported_loss_voids_its_stretch_only_and_explains_a_pause()
    {
        PulsedTags light = new(12) { Light = t => t is < 0.020 * Second or > 0.025 * Second };
        List<TimeTagBlock> blocks = light.Blocks(light.Draw(0.05), 0.05, 0.0005);
        foreach (TimeTagBlock block in blocks.Where(b => b.WatermarkPs - light.StartPs is > 20_000_000_000 and < 26_000_000_000))
        {
            block.LostTags = 5;
        }

        SlotClockRecovery clock = Make(light, 0.05, s => s);
        List<TimeTagBlock> taken = Take(clock, blocks);
        Assert.Equal(SlotClockState.Locked, clock.State);
        Assert.Equal(blocks.Sum(b => b.LostTags), taken.Sum(b => b.LostTags));
        Assert.InRange(taken.Count(b => b.LostTags > 0), 1, blocks.Count(b => b.LostTags > 0));
        Assert.Equal(blocks.Sum(b => b.Count), taken.Sum(b => b.Count));
        AssertTiles(taken);
    }

    [Fact]
    public void Borders_of_blocks_change_nothing_and_neither_do_vectors()
    {
        PulsedTags light = new(13) { ShiftPs = t => t * 20e-6, RateHz = 2e6 };
        List<(long, byte, long)> tags = light.Draw(0.05);
        List<(long, byte)>? first = null;
        foreach ((double blockSeconds, bool accelerated) in new[] { (0.001, true), (0.0001, true), (0.013, true), (0.001, false) })
        {
            List<TimeTagBlock> taken = Take(Make(light, 0.05, s => s, accelerated), light.Blocks(tags, 0.06, blockSeconds));
            AssertTiles(taken);
            List<(long, byte)> all = [.. taken.SelectMany(b => b.TimesPs.Zip(b.Channels).Take(b.Count))];
            first ??= all;
            Assert.Equal(first, all);
        }
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        PulsedTags light = new(14);
        List<TimeTagBlock> blocks = light.Blocks(light.Draw(0.1), 0.1, 0.001);
        SlotClockRecovery clock = Make(light, 1, s => s);
        TimeTagBlock output = new();
        long[] allocated = [.. blocks.Select(block =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            clock.Feed(block);
            while (clock.TryTake(output))
            {
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        })];
        Assert.Equal(SlotClockState.Locked, clock.State);
        Assert.True(allocated[20..].Count(a => a == 0) > 0.9 * (allocated.Length - 20), "most blocks without allocation");
    }

    private static SlotClockRecovery Make(
        PulsedTags light, double seconds, Func<SlotClockSettings, SlotClockSettings> change, bool accelerated = true) => new(
        change(new SlotClockSettings(light.Timing, PulsedTags.C, PulsedTags.D)), light.StartPs,
        (long)(seconds * Second) / light.Timing.SlotPeriodPs, accelerated);

    // Feeds light of some seconds; counts pulses that were given another slot than theirs, and those that were given one.
    private static (SlotClockRecovery Clock, int Wrong, int Kept, int All) Run(
        PulsedTags light, double seconds, Func<SlotClockSettings, SlotClockSettings>? change = null, double blockSeconds = 0.003)
    {
        List<(long TimePs, byte Channel, long Slot)> tags = light.Draw(seconds);
        SlotClockRecovery clock = Make(light, 2 * seconds, change ?? (s => s));
        List<TimeTagBlock> taken = Take(clock, light.Blocks(tags, 1.2 * seconds, blockSeconds));
        AssertTiles(taken);

        // Order is kept, so that what is left of the tags is a subsequence; with discarded tags it is cut at the lossy blocks.
        int wrong = 0;
        int kept = 0;
        int next = 0;
        foreach (TimeTagBlock block in taken)
        {
            for (int i = 0; i < block.Count; i++, next++)
            {
                long slot = (long)Math.Floor((block.TimesPs[i] - light.StartPs) / (double)light.Timing.SlotPeriodPs);
                wrong += tags[next].Slot >= 0 && tags[next].Slot != slot ? 1 : 0;
                kept++;
            }

            next += (int)block.LostTags;
        }

        return (clock, wrong, kept, tags.Count);
    }

    private static List<TimeTagBlock> Take(SlotClockRecovery clock, List<TimeTagBlock> blocks)
    {
        List<TimeTagBlock> taken = [];
        void TakeAll()
        {
            for (TimeTagBlock output = new(16); clock.TryTake(output); output = new(16))
            {
                taken.Add(output);
            }
        }

        foreach (TimeTagBlock block in blocks)
        {
            clock.Feed(block);
            TakeAll();
        }

        clock.Complete();
        TakeAll();
        return taken;
    }

    // The contract of blocks: each covers the times from the watermark before it to its own, in order.
    private static void AssertTiles(List<TimeTagBlock> blocks)
    {
        long watermarkPs = -1;
        foreach (TimeTagBlock block in blocks)
        {
            long previous = watermarkPs + 1;
            for (int i = 0; i < block.Count; i++)
            {
                Assert.True(block.TimesPs[i] >= previous, $"{block.TimesPs[i]} after {previous}");
                previous = block.TimesPs[i];
            }

            Assert.True(block.WatermarkPs >= previous - 1);
            watermarkPs = block.WatermarkPs;
        }
    }
}
