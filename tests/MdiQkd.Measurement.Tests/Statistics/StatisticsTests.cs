using MdiQkd.Acquisition;
using MdiQkd.Measurement.Statistics;

namespace MdiQkd.Measurement.Tests.Statistics;

/// <summary>Statistics of tags against double loops over all of them.</summary>
public class StatisticsTests
{
    [Theory]
    [InlineData(1, 2, 5000, 100)]
    [InlineData(2, 1, 4999, 77)]
    [InlineData(1, 1, 1000, 2)]
    [InlineData(1, 2, 10, 1)]
    public void Correlation_counts_equal_a_double_loop(byte a, byte b, long tauMaxPs, long binPs)
    {
        List<TimeTagBlock> blocks = Poisson(seed: 3, tags: 3000, meanPs: 400, channels: 3);
        CorrelationHistogram histogram = new(a, b, tauMaxPs, binPs);
        blocks.ForEach(histogram.Add);
        List<(long TimePs, byte Channel)> tags = Acquisition.TagStreams.Tags(blocks);
        long[] expected = new long[histogram.Counts.Count];
        for (int i = 0; i < tags.Count; i++)
        {
            for (int j = 0; j < tags.Count; j++)
            {
                if (i != j && tags[i].Channel == a && tags[j].Channel == b)
                {
                    // A bin of even width holds its lower edge and not its upper one.
                    long bin = FloorDivide(tags[j].TimePs - tags[i].TimePs + ((binPs - 1) / 2), binPs) + (expected.Length / 2);
                    if (bin >= 0 && bin < expected.Length)
                    {
                        expected[bin]++;
                    }
                }
            }
        }

        // At the outermost picosecond of even bins the reach ends half a bin earlier.
        Assert.Equal(expected[1..^1], histogram.Counts.Skip(1).SkipLast(1));
        Assert.False(histogram.Saturated);
    }

    [Fact]
    public void Independent_tags_have_g_of_one()
    {
        CorrelationHistogram histogram = new(1, 2, 20_000, 500);
        Poisson(seed: 8, tags: 300_000, meanPs: 5000, channels: 2).ForEach(histogram.Add);
        double[] g = histogram.Normalised();

        // 81 bins with about 7,500 pairs each: 4.5 sigma leave 81 × 7e-6 for a false alarm.
        Assert.All(g.Zip(histogram.Counts), bin => Assert.InRange(bin.First, 1 - (4.5 / Math.Sqrt(bin.Second)), 1 + (4.5 / Math.Sqrt(bin.Second))));
        Assert.True(histogram.Counts.Min() > 5000);
    }

    [Fact]
    public void Coincidences_equal_a_double_loop_and_chance_is_what_independent_tags_give()
    {
        List<TimeTagBlock> blocks = Poisson(seed: 4, tags: 20_000, meanPs: 2000, channels: 3);
        CoincidenceCounter counter = new(1500);
        blocks.ForEach(counter.Add);
        List<(long TimePs, byte Channel)> tags = Acquisition.TagStreams.Tags(blocks);
        Dictionary<(byte, byte), long> expected = [];
        for (int i = 0; i < tags.Count; i++)
        {
            for (int j = i + 1; j < tags.Count && tags[j].TimePs - tags[i].TimePs <= 1500; j++)
            {
                (byte, byte) pair = (Math.Min(tags[i].Channel, tags[j].Channel), Math.Max(tags[i].Channel, tags[j].Channel));
                expected[pair] = expected.GetValueOrDefault(pair) + 1;
            }
        }

        foreach (((byte a, byte b), long pairs) in expected)
        {
            Assert.Equal(pairs, counter.Pairs(b, a));

            // Poisson, 5 sigma.
            Assert.InRange(pairs, counter.Accidentals(a, b) - (5 * Math.Sqrt(pairs)), counter.Accidentals(a, b) + (5 * Math.Sqrt(pairs)));
        }

        Assert.Equal(6, expected.Count);
    }

    [Fact]
    public void Tags_at_one_time_are_compared_with_a_bounded_number_and_say_that_pairs_were_missed()
    {
        const int Tags = 3 * RecentTags.Capacity;
        TimeTagBlock block = new() { WatermarkPs = 5 };
        for (int i = 0; i < Tags; i++)
        {
            block.Add(5, 1);
        }

        CoincidenceCounter counter = new(1);
        counter.Add(block);
        Assert.Equal((RecentTags.Capacity * (RecentTags.Capacity - 1L) / 2) + (RecentTags.Capacity * (Tags - (long)RecentTags.Capacity)), counter.Pairs(1, 1));
        CorrelationHistogram histogram = new(1, 1, 10, 1);
        histogram.Add(block);
        Assert.True(counter.Saturated && histogram.Saturated);
        Assert.All(histogram.Normalised(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Arrivals_are_folded()
    {
        ArrivalHistogram histogram = new(2, 1000, 10);
        histogram.Add(Acquisition.TagStreams.Block(1L << 60, 0, (0, 2), (99, 2), (100, 2), (1999, 2), (1999, 1), (5_000_000_000_250, 2)));
        Assert.Equal([2, 1, 1, 0, 0, 0, 0, 0, 0, 1], histogram.Counts);
        Assert.Equal(5, histogram.Total);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArrivalHistogram(1, 100, 101));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1234)]
    [InlineData(4990)]
    public void The_early_bin_is_found_from_arrivals(long truthPs)
    {
        // Early twice as strong as late, 2,000 ps apart in 5,000, jitter of 60 ps, background as strong as the light.
        Random random = new(6);
        TimeTagBlock block = new();
        for (int i = 0; i < 20_000; i++)
        {
            long offset = random.Next(2) == 0 ? random.Next(5000)
                : truthPs + (random.Next(3) == 0 ? 2000 : 0) + (long)(60 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
            block.Add((5000L * i) + 20_000 + offset, 1);
        }

        ArrivalHistogram arrivals = new(1, 5000, 500);
        arrivals.Add(block);
        Assert.True(WindowFit.TryFindEarlyCentre([arrivals], 2000, 600, out long phasePs));

        // 10,000 tags of 60 ps: the centre of gravity is good to 1 ps; bins of 10 ps and background take the rest.
        long error = ((phasePs - truthPs + 7500) % 5000) - 2500;
        Assert.InRange(error, -12, 12);
        Assert.False(WindowFit.TryFindEarlyCentre([new ArrivalHistogram(1, 5000, 500)], 2000, 600, out _));
    }

    [Fact]
    public void Interval_bins_tile_all_intervals()
    {
        for (int bin = 1; bin < IntervalHistogram.Bins; bin++)
        {
            Assert.True(IntervalHistogram.LowerPs(bin) > IntervalHistogram.LowerPs(bin - 1));
        }

        IntervalHistogram histogram = new(1);
        long[] intervals = [0, 1, 15, 16, 17, 31, 32, 1023, 1024, (1L << 61) - 1, 1L << 61];
        long timePs = 7;
        histogram.Add(Acquisition.TagStreams.Block(1L << 62, 0, [(timePs, 1), .. intervals.Select(i => (timePs += i, (byte)1))]));
        foreach (long interval in intervals)
        {
            int bin = Enumerable.Range(0, IntervalHistogram.Bins).Last(b => IntervalHistogram.LowerPs(b) <= interval);
            Assert.True(histogram.Counts[bin] > 0, $"{interval} is not in bin {bin}");
        }

        Assert.Equal(intervals.Length, histogram.Counts.Sum());
    }

    [Fact]
    public void Rates_keep_their_sum_whatever_the_length_of_the_recording()
    {
        RateTrace rates = new();
        Random random = new(2);
        long timePs = 123;
        long[] total = new long[3];
        for (int b = 0; b < 100; b++)
        {
            TimeTagBlock block = new();
            for (int i = 0; i < 50; i++)
            {
                byte channel = (byte)(1 + random.Next(2));
                total[channel]++;
                block.Add(timePs += random.NextInt64(4_000_000_000), channel);
            }

            rates.Add(block);
            Assert.InRange(rates.Intervals, 1, RateTrace.IntervalsMax);
        }

        Assert.Equal([1, 2], rates.Channels);
        Assert.Equal(total[1], rates.Counts(1).ToArray().Sum());
        Assert.Equal(total[2], rates.Counts(2).ToArray().Sum());
        Assert.Equal((timePs - 123) / rates.IntervalPs, rates.Intervals - 1L);

        // An hour of nothing.
        rates.Add(Acquisition.TagStreams.Block(timePs + 3_600_000_000_000_001, 0, (timePs + 3_600_000_000_000_000, 1)));
        Assert.InRange(rates.Intervals, RateTrace.IntervalsMax / 2, RateTrace.IntervalsMax);
        Assert.Equal(total[1] + 1, rates.Counts(1).ToArray().Sum());
    }

    private static List<TimeTagBlock> Poisson(int seed, int tags, double meanPs, int channels)
    {
        Random random = new(seed);
        List<TimeTagBlock> blocks = [];
        double timePs = 1e6;
        for (int left = tags; left > 0;)
        {
            TimeTagBlock block = new();
            for (int i = Math.Min(left, 1 + random.Next(500)); i > 0; i--, left--)
            {
                timePs += -meanPs * Math.Log(1 - random.NextDouble());
                block.Add((long)timePs, (byte)(1 + random.Next(channels)));
            }

            block.WatermarkPs = (long)timePs;
            blocks.Add(block);
        }

        return blocks;
    }

    private static long FloorDivide(long a, long b) => (a - (((a % b) + b) % b)) / b;
}
