using MdiQkd.Preparation;
using MdiQkd.Simulation.Physics;
using MdiQkd.Simulation.Tests.Physics;
using MdiQkd.Simulation.World;

namespace MdiQkd.Simulation.Tests.World;

public sealed class SwitchTransientTests
{
    [Fact]
    public async Task After_a_move_the_light_comes_back_exponentially()
    {
        const double lossDb = 12;
        const double timeMs = 6;
        WorldConfiguration configuration = TestLaboratory.Configuration(Fidelity.Singles) with
        {
            Detectors = new DetectorSettings(0.05, 0, 0, 40),
            ChunkMs = 1,
        };
        configuration = configuration with
        {
            Switch = configuration.Switch with { TransientLossDb = lossDb, TransientTimeMs = timeMs },
        };
        await using TestLaboratory lab = await TestLaboratory.StartAsync(configuration);
        const int milliseconds = 16;
        StreamStateEncoder a = await lab.EncoderAsync("inta-1");
        StreamStateEncoder b = await lab.EncoderAsync("inta-2");
        await lab.Switch.ConnectAsync(1, 2, TestLaboratory.Limit);
        SessionLight light = lab.Light(milliseconds * 200_000, Stations.SourceA);
        foreach (StreamStateEncoder encoder in new[] { a, b })
        {
            await encoder.ArmAsync(light, lab.NextKey(), TestLaboratory.Limit);
            await encoder.EmitAsync(light.Session, light.Slots, TestLaboratory.Limit);
        }

        List<(long TimePs, byte Channel)> tags = await lab.ReadTagsAsync(light.EndPs);

        // Light of both arms (3 and 4 dB) by the label mix; weak, so that clicks go with it. A step of 1 ms takes the loss in its middle.
        double mean = 0.703 * 0.561 + 0.070 * 0.136 + 0.199 * 0.049;
        double perMs = 200_000 * mean * 0.05 * (Math.Pow(10, -0.3) + Math.Pow(10, -0.4));
        for (int ms = 0; ms < milliseconds; ms++)
        {
            double sinceMs = TestLaboratory.RelockTimeMs + ms + 0.5;
            double expected = perMs * Math.Pow(10, -lossDb * Math.Exp(-sinceMs / timeMs) / 10);
            long fromPs = light.StartPs + (ms * 1_000_000_000L);
            int counted = tags.Count(tag => tag.TimePs >= fromPs && tag.TimePs < fromPs + 1_000_000_000);
            // Two photons in one window are one click: 1 %.
            Assert.InRange(counted - expected, -(4 * Math.Sqrt(expected)) - (0.02 * expected), (4 * Math.Sqrt(expected)) + (0.01 * expected));
        }
    }
}
