using CsCheck;
using MdiQkd.Firmware.TimeTagging;

namespace MdiQkd.Firmware.Tests.TimeTagging;

public sealed class ReferenceIndexTrackerTests
{
    [Fact]
    public void Indexes_are_extended_whatever_the_gaps_and_the_drift()
    {
        // Gaps up to 60 min at a drift of up to 90 ppm and read up to 100 ms late: 0.42 s of tolerance is never used up.
        Gen.Select(
            Gen.Select(Gen.Int[0, 3_600_000], Gen.Int[0, 100], Gen.Int[0, 999_999]).Array[1, 60], Gen.Int[-90, 90]).Sample(
            (events, driftPpm) =>
            {
                ReferenceIndexTracker tracker = new();
                tracker.Start(10_000_000, 0);
                double trueMs = 0;
                foreach ((int gapMs, int lateMs, int fraction) in events)
                {
                    trueMs += gapMs + (fraction / 1e6);
                    long count = (long)(trueMs * 10_000 * (1 + (driftPpm * 1e-6)));
                    long readMs = (long)trueMs + lateMs;
                    trueMs += lateMs;
                    Assert.False(tracker.IsUncertain(readMs));
                    Assert.Equal(count, tracker.Extend((int)(count & 0xFFFFFF), readMs));
                    tracker.Follow(count, readMs);
                }
            },
            seed: "0000wire0005", iter: 2000, threads: 1);
    }

    [Fact]
    public void What_has_passed_is_behind_the_true_count()
    {
        Gen.Select(Gen.Int[0, 3_600_000], Gen.Int[-90, 90]).Sample(
            (gapMs, driftPpm) =>
            {
                ReferenceIndexTracker tracker = new();
                tracker.Start(10_000_000, 0);
                long trueCount = (long)(gapMs * 10_000.0 * (1 + (driftPpm * 1e-6)));
                long passed = tracker.PassedCount(gapMs);
                Assert.InRange(passed, 0, Math.Max(0, trueCount - 1));
                Assert.True(trueCount - passed < 40_000 + (gapMs * 10_000L * 200 / 1_000_000));
            },
            seed: "0000wire0006", iter: 2000, threads: 1);
    }

    [Fact]
    public void It_becomes_uncertain_after_a_quarter_wrap_of_drift()
    {
        ReferenceIndexTracker tracker = new();
        tracker.Start(10_000_000, 0);

        Assert.False(tracker.IsUncertain(4_100_000));
        Assert.True(tracker.IsUncertain(4_200_000));
        Assert.Equal(419, tracker.QuarterWrapMs);
    }
}
