using CsCheck;
using MdiQkd.Wire;

namespace MdiQkd.Protocol.Tests.Wire;

public sealed class TagBlockTests
{
    [Fact]
    public void The_golden_block_holds_the_tags_of_the_specification()
    {
        byte[] frame = WireVectors.Frames["TagBlock tags"];
        TagBlock header = new();
        long[] ticks = new long[5];
        byte[] channels = new byte[5];

        Assert.Equal(WireError.None, header.Decode(frame, Frame.HeaderBytes, frame.Length - Frame.HeaderBytes));
        Assert.Equal(WireError.None, TagBlockReader.Decode(header, frame, Frame.HeaderBytes, ticks, channels));
        Assert.Equal([1000, 1000, 1255, 70000, 900000000], ticks);
        Assert.Equal([1, 2, 1, 2, 1], channels);
        Assert.Equal((22u, 513, TagLoss.None, 6, 5), (header.Number, header.CaptureId, header.Flags, header.ItemCount, header.TagCount));
        Assert.Equal((1000, 900000500, 0u, 5), (header.FirstTick, header.EndTick, header.LostTags, header.FifoHighWater));
    }

    [Fact]
    public void Tags_come_back_whatever_their_distances() =>
        Gen.Select(Gen.Int[2, 8], Gen.Select(Gen.Int[0, 61], Gen.Long[0, long.MaxValue], Gen.Byte).Array[0, 90], Gen.Int[2, 64])
            .Sample(
                (channelBits, steps, itemsMax) =>
                {
                    TagBlockWriter writer = new(channelBits, itemsMax);
                    byte[] payload = new byte[7 + TagBlock.PayloadBytesMax(itemsMax)];
                    writer.Begin(payload, 7, 1, 2);
                    List<(long Tick, byte Channel)> expected = [];
                    long tick = 0;
                    foreach ((int bits, long random, byte channel) in steps)
                    {
                        tick = Math.Min(TagBlock.TickMax, tick + (random & ((1L << bits) - 1)));
                        byte inRange = (byte)(channel % TagBlock.PauseChannel(channelBits));
                        if (!writer.TryAdd(tick, inRange))
                        {
                            break;
                        }

                        expected.Add((tick, inRange));
                    }

                    int bytes = writer.Finish(TagBlock.TickMax, 5, TagLoss.LateTags, 70_000);
                    TagBlock header = new();
                    Assert.Equal(WireError.None, header.Decode(payload, 7, bytes));
                    long[] ticks = new long[header.TagCount];
                    byte[] channels = new byte[header.TagCount];
                    Assert.Equal(WireError.None, TagBlockReader.Decode(header, payload, 7, ticks, channels));
                    Assert.Equal(expected, ticks.Zip(channels));
                    Assert.Equal(0xFFFF, header.FifoHighWater);
                },
                seed: "0000wire0003", iter: 3000, threads: 1);

    [Fact]
    public void A_block_is_full_when_its_items_are()
    {
        TagBlockWriter writer = new(3, 3);
        byte[] payload = new byte[TagBlock.PayloadBytesMax(3)];
        writer.Begin(payload, 0, 0, 1);

        Assert.True(writer.TryAdd(0, 0));
        Assert.True(writer.TryAdd(1, 6));
        Assert.False(writer.TryAdd(1L << 40, 0));
        Assert.True(writer.TryAdd(2, 0));
        Assert.False(writer.TryAdd(3, 0));
        Assert.Equal((3, 2), (writer.TagCount, writer.LastTick));
    }

    [Fact]
    public void A_pause_longer_than_one_item_can_count_begins_a_new_block()
    {
        // Eight channel bits: 24 bits of units of 2^24 ticks.
        TagBlockWriter writer = new(8, 8);
        writer.Begin(new byte[TagBlock.PayloadBytesMax(8)], 0, 0, 1);

        Assert.True(writer.TryAdd(5, 0));
        Assert.False(writer.TryAdd(5 + (1L << 48), 0));
        Assert.True(writer.TryAdd(4 + (1L << 48), 0));
    }

    [Fact]
    public void More_lost_tags_than_fit_are_a_lower_bound()
    {
        TagBlockWriter writer = new(2, 2);
        byte[] payload = new byte[TagBlock.PayloadBytesMax(2)];
        writer.Begin(payload, 0, 0, 1);
        int bytes = writer.Finish(77, 1L + uint.MaxValue, TagLoss.LinkBackPressure, 0);
        TagBlock header = new();

        Assert.Equal(WireError.None, header.Decode(payload, 0, bytes));
        Assert.Equal(uint.MaxValue, header.LostTags);
        Assert.Equal(TagLoss.LinkBackPressure | TagLoss.LostCountIsLowerBound, header.Flags);
        Assert.Equal((77, 0), (header.FirstTick, header.TagCount));
    }

    [Fact]
    public void Programming_errors_throw()
    {
        TagBlockWriter writer = new(3, 4);
        writer.Begin(new byte[TagBlock.PayloadBytesMax(4)], 0, 0, 1);
        Assert.True(writer.TryAdd(10, 0));

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryAdd(9, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryAdd(11, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryAdd(TagBlock.TickMax + 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Finish(9, 0, TagLoss.None, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TagBlockWriter(1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TagBlockWriter(3, TagBlock.ItemsMax + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Begin(new byte[56], 0, 0, 1));
    }

    [Fact]
    public void A_header_out_of_range_is_refused()
    {
        byte[] golden = WireVectors.Frames["TagBlock tags"][Frame.HeaderBytes..];
        (int Offset, byte Value)[] changes =
        [
            (7, 0x80), (6, 0x80), (15, 0x80), (23, 0x40), (24, 4), (24, 16), (25, 16), (26, 0), (26, 7), (34, 1), (34, 9), (35, 2),
        ];
        TagBlock header = new();

        Assert.All(changes, change =>
        {
            byte[] payload = [.. golden];
            payload[change.Offset] = change.Value;
            Assert.Equal(WireError.OutOfRange, header.Decode(payload, 0, payload.Length));
        });
        Assert.All(
            Enumerable.Range(0, golden.Length),
            length => Assert.Equal(WireError.BadLength, header.Decode(golden, 0, length)));
    }

    [Fact]
    public void Damaged_items_never_yield_more_than_the_header_promises()
    {
        // The checksum finds damage first; still, a wrong writer must not make a reader run over its arrays.
        byte[] golden = WireVectors.Frames["TagBlock tags"][Frame.HeaderBytes..];
        TagBlock header = new();
        long[] ticks = new long[5];
        byte[] channels = new byte[5];
        int refused = 0;
        Gen.Select(Gen.Int[TagBlock.HeaderBytes, golden.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] payload = [.. golden];
                payload[at] = value;
                Assert.Equal(WireError.None, header.Decode(payload, 0, payload.Length));
                WireError error = TagBlockReader.Decode(header, payload, 0, ticks, channels);
                refused += error == WireError.None ? 0 : 1;
                if (error == WireError.None)
                {
                    Assert.True(ticks.SequenceEqual(ticks.Order()) && ticks[^1] <= header.EndTick);
                    Assert.All(channels, channel => Assert.InRange(channel, 0, 6));
                }
            },
            seed: "0000wire0004", iter: 4000, threads: 1);
        Assert.InRange(refused, 400, 3999);
    }

    [Fact]
    public void Writing_sealing_and_reading_a_block_allocates_nothing()
    {
        const int Items = 1000;
        TagBlockWriter writer = new(3, Items);
        TagBlock header = new();
        byte[] frame = new byte[Frame.HeaderBytes + TagBlock.PayloadBytesMax(Items)];
        long[] ticks = new long[Items];
        byte[] channels = new byte[Items];
        int sound = 0;
        long before = 0;
        for (int round = 0; round < 20; round++)
        {
            if (round == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            writer.Begin(frame, Frame.HeaderBytes, (uint)round, 1);
            for (int i = 0; i < Items; i++)
            {
                writer.TryAdd((long)round * i * i, i & 3);
            }

            int bytes = writer.Finish((long)round * Items * Items, 0, TagLoss.None, 0);
            Frame.Seal(frame, 0, MessageType.TagBlock, 0, 0, bytes);
            header.Decode(frame, Frame.HeaderBytes, bytes);
            sound += TagBlockReader.Decode(header, frame, Frame.HeaderBytes, ticks, channels) == WireError.None ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(20, sound);
    }
}
