using MdiQkd.Evaluation.Scenarios;
using MdiQkd.Evaluation.Sweeps;

namespace MdiQkd.Evaluation.Tests;

public sealed class SweepTests
{
    [Theory]
    [InlineData("distance", 10, 400, 40, false)]
    [InlineData("block-time", 10, 86400, 40, true)]
    [InlineData("distance=0:100:11", 0, 100, 11, false)]
    [InlineData("dark-rate=1:1000:4:lin", 1, 1000, 4, false)]
    [InlineData("distance=1:100:3:log", 1, 100, 3, true)]
    public void Is_read(string text, double from, double to, int points, bool logarithmic)
    {
        Sweep sweep = Sweep.Parse(text);
        Assert.Equal((from, to, points, logarithmic), (sweep.From, sweep.To, sweep.Points, sweep.IsLogarithmic));
        Assert.Equal(points, sweep.Values.Count);
        Assert.Equal(from, sweep.Values[0]);
        Assert.Equal(to, sweep.Values[^1]);
    }

    [Fact]
    public void Values_have_equal_steps_or_ratios()
    {
        Assert.Equal([0, 25, 50, 75, 100.0], Sweep.Parse("distance=0:100:5").Values);
        Assert.Equal([1, 10, 100.0], Sweep.Parse("distance=1:100:3:log").Values.Select(x => Math.Round(x, 9)));
        Assert.Equal([2, 3, 4, 5.0], Sweep.Parse("users=2:5:20").Values);
    }

    [Theory]
    [InlineData("height", "sweep height: allowed is one of distance, loss, ")]
    [InlineData("distance=5", "allowed is NAME=FROM:TO")]
    [InlineData("distance=a:b", "allowed is NAME=FROM:TO")]
    [InlineData("distance=0:10:1", "1 points, allowed is 2 to 10000")]
    [InlineData("distance=10:0", "the end must be larger than the start")]
    [InlineData("distance=0:10:5:log", "a logarithmic sweep starts above 0")]
    [InlineData("efficiency=0:2", "efficiency = 2: allowed is 0 to 1")]
    public void Nonsense_is_named(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ScenarioException>(() => Sweep.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Work_is_done_in_order_of_results_whatever_the_cores()
    {
        int done = 0;
        int[] results = Workload.Run(
            [.. Enumerable.Range(0, 500).Select(i => (Func<int>)(() => i * i))], () => Interlocked.Increment(ref done), default);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * i), results);
        Assert.Equal(500, done);
    }

    [Fact]
    public void A_fault_of_one_job_comes_out_as_it_is()
    {
        Func<int>[] jobs = [() => 1, () => throw new ScenarioException("bad point"), () => 3];
        Assert.Equal("bad point", Assert.Throws<ScenarioException>(() => Workload.Run(jobs, null, default)).Message);
    }

    [Fact]
    public void Cancellation_stops_the_work()
    {
        using CancellationTokenSource source = new();
        Func<int>[] jobs = [.. Enumerable.Range(0, 1000).Select(i => (Func<int>)(() =>
        {
            source.Cancel();
            return i;
        }))];
        Assert.ThrowsAny<OperationCanceledException>(() => Workload.Run(jobs, null, source.Token));
    }
}
