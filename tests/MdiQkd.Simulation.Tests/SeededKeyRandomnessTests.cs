namespace MdiQkd.Simulation.Tests;

public sealed class SeededKeyRandomnessTests
{
    [Fact]
    public void Repeats_and_separates_nodes_purposes_seeds_and_calls()
    {
        byte[] Draw(byte seed, string node, string purpose, int calls)
        {
            using var randomness = new SeededKeyRandomness([seed], node, purpose);
            byte[] drawn = new byte[37];
            for (int i = 0; i < calls; i++)
            {
                randomness.Fill(drawn);
            }

            return drawn;
        }

        Assert.Equal(Draw(1, "a", "states", 1), Draw(1, "a", "states", 1));
        byte[][] all =
        [
            Draw(1, "a", "states", 1), Draw(1, "a", "states", 2), Draw(2, "a", "states", 1), Draw(1, "b", "states", 1),
            Draw(1, "a", "hash", 1),
        ];
        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
    }
}
