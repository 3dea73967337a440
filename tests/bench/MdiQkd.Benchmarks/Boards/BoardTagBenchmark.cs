using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace MdiQkd.Benchmarks.Boards;

/// <summary>
/// Tags per second end to end through a virtual board and its framed link, all in one process. Target: 1 Mtags/s, so that
/// `demo --tags board`, about 10^8 tags, takes minutes and not hours.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The runner calls Cleanup; it disposes no benchmark class.")]
public class BoardTagBenchmark
{
    private const int TagsPerRun = 2_000_000;

    private BoardTagWorkload? workload;
    private long hash;

    /// <summary>Board, session, capture.</summary>
    [GlobalSetup]
    public void Setup() => workload = BoardTagWorkload.StartAsync().GetAwaiter().GetResult();

    /// <summary>Two million tags.</summary>
    [Benchmark(OperationsPerInvoke = TagsPerRun)]
    public void Carry() => hash = workload!.RunAsync(TagsPerRun).GetAwaiter().GetResult();

    /// <summary>A hash of the tags of the last run, and what was lost.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        Console.WriteLine($"output {hash:X16}, {workload!.TagsDelivered} tags, {workload.TagsLost} lost");
        workload.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
