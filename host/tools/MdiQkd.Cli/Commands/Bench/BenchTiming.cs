using System.Diagnostics;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>
/// What a call took: the median over batches of calls. A core's throughput comes from processor time, which a neighbour on a shared
/// machine disturbs less than the clock on the wall; with several threads it adds up theirs.
/// </summary>
/// <param name="Calls">Calls measured, without those for warming up.</param>
/// <param name="ProcessorNanoseconds">Processor time of a call.</param>
/// <param name="WallNanoseconds">Real time of a call.</param>
internal sealed record BenchTiming(long Calls, double ProcessorNanoseconds, double WallNanoseconds)
{
    /// <summary>Calls after which the compiler has nothing left to improve: it counts 30 (tiered compilation).</summary>
    private const int WarmUpCalls = 40;

    private const int BatchesMin = 3;

    private static readonly TimeSpan WarmUpMin = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromSeconds(10);

    /// <summary>Shortest batch: some systems account processor time in steps of milliseconds.</summary>
    private static readonly TimeSpan BatchMin = TimeSpan.FromMilliseconds(50);

    /// <summary>Measures a call again and again.</summary>
    /// <param name="call">What to measure.</param>
    /// <param name="prepare">
    /// Runs before each call, outside the measurement; null if every call may find what the one before left, and then calls that are
    /// too short for a clock are measured many at a time.
    /// </param>
    /// <param name="time">For how long, at least, after warming up for as long (0.4 to 10 s); there are at least three batches.</param>
    internal static BenchTiming Of(Action call, Action? prepare, TimeSpan time)
    {
        long perBatch = 1, calls = 0;
        TimeSpan warmUp = TimeSpan.FromTicks(Math.Clamp(time.Ticks, WarmUpMin.Ticks, WarmUpMax.Ticks));
        Stopwatch watch = Stopwatch.StartNew();
        do
        {
            double nanoseconds = Math.Max(Batch(call, prepare, perBatch).WallNanoseconds, 0.1);
            calls += perBatch;
            perBatch = Math.Max(1, (long)(BatchMin.TotalNanoseconds / nanoseconds));
        }
        while (watch.Elapsed < warmUp || (calls < WarmUpCalls && watch.Elapsed < WarmUpMax));

        List<BenchTiming> batches = [];
        watch.Restart();
        while (batches.Count < BatchesMin || watch.Elapsed < time)
        {
            batches.Add(Batch(call, prepare, perBatch));
        }

        return new(
            batches.Count * perBatch,
            Median(batches.Select(batch => batch.ProcessorNanoseconds)),
            Median(batches.Select(batch => batch.WallNanoseconds)));
    }

    private static BenchTiming Batch(Action call, Action? prepare, long calls)
    {
        TimeSpan processor = default, wall = default;
        long together = prepare is null ? calls : 1;
        for (long done = 0; done < calls; done += together)
        {
            prepare?.Invoke();
            TimeSpan processorBefore = Environment.CpuUsage.TotalTime;
            long before = Stopwatch.GetTimestamp();
            for (long i = 0; i < together; i++)
            {
                call();
            }

            wall += Stopwatch.GetElapsedTime(before);
            processor += Environment.CpuUsage.TotalTime - processorBefore;
        }

        return new(calls, processor.TotalNanoseconds / calls, wall.TotalNanoseconds / calls);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
