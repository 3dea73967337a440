using CsCheck;
using MdiQkd.Acquisition;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Every result repeats from its seed and does not depend on how the stream is cut.</summary>
public sealed class RepeatTests
{
    private const long Slots = 400_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_tags_do_not_depend_on_the_chunks(bool singles)
    {
        List<(long, byte)> whole = Run(singles, 1, _ => (Slots, int.MaxValue));
        Assert.True(whole.Count > 1000);
        Gen.Select(Gen.Int[1, 90_000], Gen.Int[1, 3000]).Sample(
            (step, tagsMax) =>
            {
                Assert.Equal(whole, Run(singles, 1, reached => (Math.Min(Slots, reached + step), tagsMax)));
            },
            iter: 12,
            threads: 1);
        Assert.Equal(whole.Take(100), Run(singles, 1, reached => (Math.Min(Slots, reached + 7), 1)).Take(100));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_seed_gives_other_tags(bool singles) =>
        Assert.NotEqual(
            Run(singles, 1, _ => (Slots, int.MaxValue)).Take(50), Run(singles, 2, _ => (Slots, int.MaxValue)).Take(50));

    [Fact]
    public void Purposes_have_independent_generators()
    {
        var seed = PhysicsSeed.FromNumber(1);
        ulong[] firsts =
        [
            seed.Generator("a").NextUInt64(),
            seed.Generator("b").NextUInt64(),
            seed.Derive("a").Generator("a").NextUInt64(),
            PhysicsSeed.FromNumber(2).Generator("a").NextUInt64(),
            PhysicsSeed.FromOperatingSystem().Generator("a").NextUInt64(),
        ];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(firsts[0], PhysicsSeed.FromNumber(1).Generator("a").NextUInt64());
    }

    private static List<(long TimePs, byte Channel)> Run(
        bool singles, long seed, Func<long, (long UntilSlot, int TagsMax)> chunk)
    {
        // Wide jitter: tags cross chunk borders and each other.
        StationSettings station = Stations.Station(30_000, darkRateHz: 1e6, jitterFwhmPs: 900);
        UserLight a = Stations.Mixed(1, Stations.SourceA, 3, Slots);
        UserLight b = Stations.Mixed(2, Stations.SourceB, 3, Slots);
        ISessionSimulator simulator = Stations.Simulator(singles, station, a, b, PhysicsSeed.FromNumber(seed));
        List<(long, byte)> tags = [];
        var block = new TimeTagBlock();
        long watermark = 0;
        long reached = 0;
        while (reached < Slots)
        {
            (long untilSlot, int tagsMax) = chunk(reached);
            reached = simulator.Advance(untilSlot, tagsMax, block);
            Assert.Equal(reached, simulator.ReachedSlot);
            Assert.True(reached <= untilSlot);
            for (int i = 0; i < block.Count; i++)
            {
                Assert.True(block.TimesPs[i] > watermark && block.TimesPs[i] <= block.WatermarkPs);
                Assert.True(i == 0 || block.TimesPs[i] >= block.TimesPs[i - 1]);
                tags.Add((block.TimesPs[i], block.Channels[i]));
            }

            watermark = block.WatermarkPs;
        }

        return tags;
    }
}
