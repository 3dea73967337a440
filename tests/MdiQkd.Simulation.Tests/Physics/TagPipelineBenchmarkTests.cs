using MdiQkd.Benchmarks.Tags;

namespace MdiQkd.Simulation.Tests.Physics;

public class TagPipelineBenchmarkTests
{
    [Fact]
    public void Benchmark_runs_and_its_output_repeats()
    {
        TagPipelineBenchmark benchmark = new() { Blocks = 3 };
        benchmark.Setup();
        string empty = benchmark.OutputHash();
        benchmark.Parse();
        benchmark.DelaysAndMerge();
        benchmark.RecoverClock();
        benchmark.Classify();
        benchmark.Pipeline();
        string first = benchmark.OutputHash();
        benchmark.Pipeline();
        Assert.Equal(first, benchmark.OutputHash());
        Assert.NotEqual(empty, first);
    }
}
