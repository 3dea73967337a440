using MdiQkd.Benchmarks.Amplification;
using MdiQkd.Distillation.Amplification;

namespace MdiQkd.Distillation.Tests.Amplification;

public class ToeplitzBenchmarkTests
{
    [Fact]
    public void Benchmark_runs_and_its_output_does_not_depend_on_the_path()
    {
        using var workload = new ToeplitzWorkload(10_000, 5_000);
        string[] hashes =
        [
            .. Enum.GetValues<ToeplitzPath>().Where(ToeplitzHash.IsSupported).Select(path =>
            {
                workload.Run(path, 1);
                return workload.OutputHash();
            }),
        ];
        Assert.Single(hashes.Distinct());
    }
}
