using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using MdiQkd.Distillation.Amplification;

namespace MdiQkd.Benchmarks.Amplification;

/// <summary>
/// Privacy amplification, ℓ = n/2, one core. Target in input bits: 800 Mbit/s at n = 1e6 and 600 at 1e7 on 512-bit vectors, 250 on 256-bit ones; the
/// fastest published CPU kernel for it, bitpolymul, reaches 238–272 on AVX2. A block of 1e7 bits every 10 minutes needs far less; the rest is
/// head-room for many peers and for replays. No allocation per product.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The runner calls Cleanup; it disposes no benchmark class.")]
public class ToeplitzHashBenchmark
{
    private ToeplitzWorkload? workload;

    /// <summary>n.</summary>
    [Params(1_000_000, 10_000_000)]
    public int InputBits { get; set; }

    /// <summary>Paths that this machine has.</summary>
    [ParamsSource(nameof(Paths))]
    public ToeplitzPath Path { get; set; }

    /// <summary>Supported paths.</summary>
    public static IEnumerable<ToeplitzPath> Paths => Enum.GetValues<ToeplitzPath>().Where(ToeplitzHash.IsSupported);

    /// <summary>Data and workspace.</summary>
    [GlobalSetup]
    public void Setup() => workload = new ToeplitzWorkload(InputBits, InputBits / 2);

    /// <summary>One product.</summary>
    [Benchmark]
    public void Hash() => workload!.Run(Path, 1);

    /// <summary>The hash of the output, equal for all paths.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        Console.WriteLine($"output {workload!.OutputHash()}");
        workload.Dispose();
    }
}
