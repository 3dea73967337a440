using MdiQkd.Distillation.Amplification;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Tests.Amplification;

public class ToeplitzPlanTests
{
    /// <summary>Lengths in geometric steps, so that every relation to a power of two occurs.</summary>
    private static IEnumerable<int> Lengths
    {
        get
        {
            for (double n = 100_000; n <= SecretBits.BitCountMax; n *= 1.0037)
            {
                yield return (int)n;
            }

            yield return SecretBits.BitCountMax;
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.3)]
    [InlineData(0.02)]
    public void Memory_is_at_most_eight_times_the_input(double ratio)
    {
        foreach (int n in Lengths)
        {
            ToeplitzPlan plan = ToeplitzPlan.For(n, (int)(ratio * n), 1);
            Assert.True(plan.WordsPerThread(1) * sizeof(ulong) <= n, $"{n}: {plan}"); // n bytes are 8 times n bits
        }
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(0.5, 3)]
    [InlineData(0.9, 1)]
    [InlineData(1.0, 2)]
    public void Every_column_is_covered_and_fits_its_transform(double ratio, int threads)
    {
        foreach (int n in Lengths)
        {
            int l = (int)(ratio * n);
            ToeplitzPlan plan = ToeplitzPlan.For(n, l, threads);
            int head = n - plan.TailBits;
            Assert.InRange((long)plan.Chunks * plan.ChunkBits, head, head + (64L * plan.Chunks));
            Assert.True(Points(plan.ChunkBits) + Points(l) <= 1 << plan.LogPoints, $"{n}: {plan}");
            Assert.True(plan.TailBits == 0 || Points(plan.TailBits) + Points(l) <= 1 << plan.ForTail().LogPoints, $"{n}: {plan}");
            Assert.Equal(0, plan.ChunkBits % 64);
        }
    }

    [Fact]
    public void A_tail_is_planned_where_it_helps()
    {
        ToeplitzPlan plan = ToeplitzPlan.For(100_000_000, 50_000_000, 1);
        Assert.Equal((22, 1, true), (plan.LogPoints, plan.Chunks, plan.TailBits > 0));
        Assert.Equal(0, ToeplitzPlan.For(100_000_000, 50_000_000, 2).TailBits);
    }

    private static int Points(int bits) => (bits + ToeplitzPlan.BitsPerPoint - 1) / ToeplitzPlan.BitsPerPoint;
}
