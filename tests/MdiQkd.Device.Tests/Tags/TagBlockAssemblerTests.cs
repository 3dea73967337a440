using CsCheck;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Tags;

public sealed class TagBlockAssemblerTests
{
    /// <summary>
    /// However tags fall into the board's blocks: all come out, in order, each in the block whose stretch of time it lies in.
    /// </summary>
    [Fact]
    public void Every_tag_lies_between_two_watermarks() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 60], Gen.Int[1, 6], Gen.Bool.Array[60]).Sample(
            (steps, perBlock, closesLater) =>
            {
                TagBlockQueue queue = new(64);
                TagBlockAssembler assembler = new(queue, new TickScale(500, 1));
                List<long> expected = [];
                long tick = 0;
                uint number = 0;
                List<long> inBlock = [];
                for (int i = 0; i < steps.Length; i++)
                {
                    tick += steps[i];
                    inBlock.Add(tick);
                    expected.Add(tick / 2);
                    if (inBlock.Count == perBlock || i == steps.Length - 1)
                    {
                        bool isLast = i == steps.Length - 1;
                        tick += closesLater[i] ? 1 : 0;
                        Add(queue, number++, inBlock, tick, isLast ? TagLoss.EndOfCapture : TagLoss.None);
                        inBlock.Clear();
                    }
                }

                List<long> times = [];
                TimeTagBlock block = new(8);
                long watermark = -1;
                while (assembler.TryFill(block))
                {
                    Assert.All(block.TimesPs[..block.Count], time => Assert.InRange(time, watermark + 1, block.WatermarkPs));
                    Assert.True(block.WatermarkPs >= watermark);
                    Assert.Equal(0, block.LostTags);
                    times.AddRange(block.TimesPs[..block.Count]);
                    watermark = block.WatermarkPs;
                    block.Clear();
                }

                Assert.Equal(expected, times);
                Assert.Equal(tick / 2, watermark);
                assembler.End();
                Assert.Equal(0, assembler.LostTags);
            },
            seed: "0000tags0004", iter: 2000, threads: 1);

    [Fact]
    public void A_loss_that_the_board_reports_voids_exactly_its_stretch()
    {
        TagBlockQueue queue = new(8);
        TagBlockAssembler assembler = new(queue, new TickScale(1000, 1));
        Add(queue, 0, [100, 200], 200, TagLoss.None);
        Add(queue, 1, [300], 400, TagLoss.FifoOverflow, lost: 5);
        Add(queue, 2, [400, 500], 600, TagLoss.None);
        Add(queue, 3, [700], 800, TagLoss.EpochUncertain);
        List<(long Watermark, long Lost, long[] Times)> blocks = [];
        TimeTagBlock block = new();
        while (assembler.TryFill(block))
        {
            blocks.Add((block.WatermarkPs, block.LostTags, block.TimesPs[..block.Count]));
            block.Clear();
        }

        // 200 waits for the next block; 400 lies at the end of the void stretch, in a void slot, and is not delivered.
        Assert.Equal([199, 400, 599, 800], blocks.Select(b => b.Watermark));
        Assert.Equal([0, 5, 0, 1], blocks.Select(b => b.Lost));
        Assert.Equal<long[]>([[100], [200, 300], [500], [700]], blocks.Select(b => b.Times));
        Assert.Equal(6, assembler.LostTags);
        Assert.Equal(TagLoss.FifoOverflow | TagLoss.EpochUncertain, assembler.Losses);
    }

    [Fact]
    public void Contents_that_cannot_be_void_the_stretch_up_to_the_next_block()
    {
        TagBlockQueue queue = new(8);
        TagBlockAssembler assembler = new(queue, new TickScale(1000, 1));
        Add(queue, 0, [100], 200, TagLoss.None);
        Add(queue, 1, [150], 160, TagLoss.None); // back in time
        Add(queue, 2, [300], 400, TagLoss.None);
        Add(queue, 3, [500, 600], 700, TagLoss.None, spoil: true);
        Add(queue, 4, [800], 900, TagLoss.EndOfCapture);
        List<(long Watermark, long Lost, long[] Times)> blocks = [];
        TimeTagBlock block = new();
        while (assembler.TryFill(block))
        {
            blocks.Add((block.WatermarkPs, block.LostTags, block.TimesPs[..block.Count]));
            block.Clear();
        }

        Assert.Equal([199, 400, 700, 900], blocks.Select(b => b.Watermark));
        Assert.Equal([0, 1, 2, 0], blocks.Select(b => b.Lost));
        Assert.Equal<long[]>([[100], [300], [], [800]], blocks.Select(b => b.Times));
    }

    [Fact]
    public void Blocks_without_loss_are_joined_up_to_the_capacity()
    {
        TagBlockQueue queue = new(8);
        TagBlockAssembler assembler = new(queue, new TickScale(1000, 1));
        for (uint i = 0; i < 6; i++)
        {
            Add(queue, i, [(100 * i) + 10, (100 * i) + 20], (100 * i) + 90, TagLoss.None);
        }

        TimeTagBlock block = new(3 + (2 * TagBlockDecoder.Slack));
        int capacity = block.TimesPs.Length;
        List<int> counts = [];
        while (assembler.TryFill(block))
        {
            counts.Add(block.Count);
            block.Clear();
        }

        Assert.Equal(12, counts.Sum());
        Assert.True(counts.Count < 6);
        Assert.Equal(capacity, block.TimesPs.Length);
    }

    private static void Add(
        TagBlockQueue queue, uint number, IReadOnlyList<long> ticks, long end, TagLoss loss, uint lost = 0, bool spoil = false)
    {
        TagBlockWriter writer = new(3, 64);
        byte[] payload = new byte[TagBlock.PayloadBytesMax(64)];
        writer.Begin(payload, 0, number, 1);
        foreach (long tick in ticks)
        {
            Assert.True(writer.TryAdd(tick, 1));
        }

        int bytes = writer.Finish(end, lost, loss, 0);
        if (spoil)
        {
            payload[bytes - 1] = 0xFF; // a step beyond the end tick
            payload[TagBlock.HeaderBytes] = 0x0F;
        }

        Assert.True(queue.TryAdd(payload.AsSpan(0, bytes), 0));
    }
}
