using MdiQkd.Measurement.Feedback;

namespace MdiQkd.Measurement.Tests.Feedback;

/// <summary>A visibility of 0.48 known within 0.035 per interval, which loses 4.5 % with each of the first periods.</summary>
public sealed class VisibilityWatchTests
{
    private const double Fall = 0.045;
    private const double Sigma = 0.035;

    [Theory]
    [InlineData(1, 30, 90)]
    [InlineData(2, 4, 9)]
    [InlineData(3, 2, 4)]
    public void A_fall_is_seen_the_sooner_the_larger_it_is(int periods, int least, int most)
    {
        double[] intervals = [.. Enumerable.Range(0, 101).Select(seed => (double)IntervalsUntilSeen(periods, new Random(seed))).Order()];
        Assert.InRange(intervals[50], least, most);
    }

    /// <remarks>One in three hours is accepted: 10 in 100,000 intervals of a second.</remarks>
    [Fact]
    public void Noise_is_seldom_taken_for_a_fall()
    {
        int alarms = 0;
        var watch = new VisibilityWatch(Fall);
        var random = new Random(5);
        for (int i = 0; i < 100_000; i++)
        {
            Add(watch, random, 0.48, 1);
            if (watch.HasFallen)
            {
                alarms++;
                watch.Restart();
            }
        }

        Assert.InRange(alarms, 0, 10);
    }

    /// <remarks>A mean of few intervals, which is off itself, must not make noise a fall.</remarks>
    [Fact]
    public void Noise_after_a_scan_is_seldom_taken_for_a_fall()
    {
        int alarms = 0;
        for (int seed = 0; seed < 1000; seed++)
        {
            var watch = new VisibilityWatch(Fall);
            var random = new Random(seed);
            for (int i = 0; i < 100 && !watch.HasFallen; i++)
            {
                Add(watch, random, 0.48, 1);
            }

            alarms += watch.HasFallen ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 10);
    }

    private static int IntervalsUntilSeen(int periods, Random random)
    {
        var watch = new VisibilityWatch(Fall);
        Add(watch, random, 0.48, 200);
        int intervals = 0;
        for (; !watch.HasFallen; intervals++)
        {
            Add(watch, random, 0.48 * Math.Pow(1 - Fall, periods * periods), 1);
        }

        return intervals;
    }

    private static void Add(VisibilityWatch watch, Random random, double visibility, int intervals)
    {
        for (int i = 0; i < intervals; i++)
        {
            double gaussian = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
            watch.Add(visibility + (Sigma * gaussian), Sigma);
        }
    }
}
