using System.Security.Cryptography;
using MdiQkd.Simulation.Benchmarks;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>The workload of `mdiqkd bench simulate` and of the benchmark class, in small.</summary>
[Trait("Lane", "Simd")]
public sealed class SimulatedTagsTests
{
    [Theory]
    [InlineData(Fidelity.Coincidences, 1_000_000, "7c0727da0538ab02")]
    [InlineData(Fidelity.Singles, 50_000, "a52f5dff5275d7db")]
    public void Tags_are_the_same_on_every_processor(Fidelity fidelity, long slots, string expected)
    {
        using SimulationWorkload workload = new(200, 30, 30, fidelity);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int call = 0; call < 4; call++)
        {
            workload.Advance(slots, hash);
        }

        Assert.Equal(expected, Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
        Assert.True(workload.Tags > 1000);
    }
}
