using CsCheck;
using MdiQkd.Firmware.TimeTagging;

namespace MdiQkd.Firmware.Tests.TimeTagging;

public sealed class TagMergerTests
{
    [Fact]
    public void Tags_leave_in_order_and_none_is_lost() =>
        Gen.Select(Gen.Int[0, 30].Array[0, 200], Gen.Int[1, 12]).Sample(
            (ticks, depth) =>
            {
                TagMerger merger = new(16);
                List<long> taken = [];
                foreach (int tick in ticks)
                {
                    merger.Add(tick, tick & 3);
                    while (merger.Count > depth)
                    {
                        Assert.Equal(merger.FirstTick & 3, merger.FirstChannel);
                        taken.Add(merger.FirstTick);
                        merger.RemoveFirst();
                    }
                }

                while (merger.Count > 0)
                {
                    taken.Add(merger.FirstTick);
                    merger.RemoveFirst();
                }

                Assert.Equal(ticks.Order().Select(t => (long)t), taken.Order());
                if (depth >= ticks.Length)
                {
                    Assert.Equal(ticks.Order().Select(t => (long)t), taken);
                }
            },
            seed: "0000wire0007", iter: 3000, threads: 1);

    [Fact]
    public void A_cleared_merger_is_empty()
    {
        TagMerger merger = new(4);
        merger.Add(1, 0);
        merger.Clear();

        Assert.Equal((0, 4), (merger.Count, merger.Capacity));
    }
}
