using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MdiQkd.Simulation.Benchmarks;
using MdiQkd.Simulation.World;

namespace MdiQkd.Benchmarks.Simulation;

/// <summary>
/// The simulator on one core at 200 MHz. Targets: coincidences at 200 times real time with arms of 30 km, so that a block of 10 minutes
/// takes 3 s; singles at 30 Mtags/s, so that every click of a station (14 Mtags/s) is there in real time. No allocation per call.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The runner calls Cleanup; it disposes no benchmark class.")]
public class SimulatorBenchmark
{
    private SimulationWorkload? workload;

    /// <summary>Length of both arms.</summary>
    [Params(30, 50)]
    public int ArmKm { get; set; }

    /// <summary>What is generated.</summary>
    [Params(Fidelity.Coincidences, Fidelity.Singles)]
    public Fidelity Fidelity { get; set; }

    /// <summary>Sets the station up.</summary>
    [GlobalSetup]
    public void Setup() => workload = new SimulationWorkload(200, ArmKm, ArmKm, Fidelity);

    /// <summary>5 ms of every click, or 250 ms of coincidences.</summary>
    [Benchmark]
    public void Advance() => workload!.Advance(Fidelity == Fidelity.Singles ? 1_000_000 : 50_000_000);

    /// <summary>Tags per slot, and the hash of a fresh station's first ones.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        using SimulationWorkload fresh = new(200, ArmKm, ArmKm, Fidelity);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        fresh.Advance(1_000_000, hash);
        Console.WriteLine(
            $"tags per slot {workload!.Tags / (double)workload.Slots:0.000000}, output {Convert.ToHexString(hash.GetHashAndReset())[..16]}");
        workload.Dispose();
    }
}
