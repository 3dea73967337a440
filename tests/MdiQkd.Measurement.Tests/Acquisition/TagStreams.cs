using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Tests.Acquisition;

/// <summary>Makes blocks and byte streams for tests.</summary>
internal static class TagStreams
{
    public static TimeTagBlock Block(long watermarkPs, long lostTags, params (long TimePs, byte Channel)[] tags)
    {
        TimeTagBlock block = new(Math.Max(1, tags.Length)) { WatermarkPs = watermarkPs, LostTags = lostTags };
        foreach ((long timePs, byte channel) in tags)
        {
            block.Add(timePs, channel);
        }

        return block;
    }

    /// <summary>The same block with its times held as 32-bit offsets; it must be shorter than 4 ms.</summary>
    public static TimeTagBlock AsOffsets(TimeTagBlock block)
    {
        TimeTagBlock held = new(Math.Max(1, block.Count)) { WatermarkPs = block.WatermarkPs, LostTags = block.LostTags };
        long originPs = block.Count == 0 ? 0 : Math.Max(0, block.TimesPs[0] - 7);
        Span<uint> offsets = held.HoldOffsets(originPs, block.Count);
        for (int i = 0; i < block.Count; i++)
        {
            offsets[i] = checked((uint)(block.TimesPs[i] - originPs));
            held.Channels[i] = block.Channels[i];
        }

        held.Count = block.Count;
        return held;
    }

    public static async Task<byte[]> WriteAsync(params TimeTagBlock[] blocks)
    {
        MemoryStream stream = new();
        await using TagStreamWriter writer = new(stream);
        foreach (TimeTagBlock block in blocks)
        {
            await writer.WriteAsync(block, CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    /// <summary>Reads until the source ends; blocks are copied out.</summary>
    public static async Task<(List<TimeTagBlock> Blocks, TimeTagError EndReason)> ReadAsync(Stream stream)
    {
        await using TagStreamReader reader = new(stream);
        return (await ReadAllAsync(reader), reader.EndReason);
    }

    /// <summary>Reads until the source ends; blocks are copied out.</summary>
    public static async Task<List<TimeTagBlock>> ReadAllAsync(ITimeTagSource source)
    {
        List<TimeTagBlock> blocks = [];
        TimeTagBlock block = new();
        while (await source.ReadAsync(block, CancellationToken.None))
        {
            blocks.Add(Copy(block));
        }

        Assert.Equal(0, block.Count);
        return blocks;
    }

    /// <summary>Reads a stream twice, from a stream of bytes and in place, and has it that both yield the same.</summary>
    public static async Task<(List<TimeTagBlock> Blocks, TimeTagError EndReason)> ReadAsync(byte[] bytes)
    {
        (List<TimeTagBlock> blocks, TimeTagError endReason) = await ReadAsync(new MemoryStream(bytes));
        await using TagStreamReader inPlace = new(bytes);
        List<TimeTagBlock> others = await ReadAllAsync(inPlace);
        Assert.Equal(endReason, inPlace.EndReason);
        Assert.Equal(blocks.Select(b => (b.Count, b.WatermarkPs, b.LostTags)), others.Select(b => (b.Count, b.WatermarkPs, b.LostTags)));
        Assert.Equal(Tags(blocks), Tags(others));
        return (blocks, endReason);
    }

    public static List<(long TimePs, byte Channel)> Tags(IEnumerable<TimeTagBlock> blocks) =>
        [.. blocks.SelectMany(b => b.TimesPs.Zip(b.Channels).Take(b.Count))];

    private static TimeTagBlock Copy(TimeTagBlock block)
    {
        TimeTagBlock copy = new(Math.Max(1, block.Count))
        {
            Count = block.Count,
            WatermarkPs = block.WatermarkPs,
            LostTags = block.LostTags,
        };
        block.TimesPs.AsSpan(0, block.Count).CopyTo(copy.TimesPs);
        block.Channels.AsSpan(0, block.Count).CopyTo(copy.Channels);
        return copy;
    }
}
