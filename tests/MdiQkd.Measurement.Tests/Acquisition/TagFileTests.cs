using CsCheck;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Acquisition.TagFiles;

namespace MdiQkd.Measurement.Tests.Acquisition;

public class TagFileTests
{
    private static readonly TagFileHeader Bench = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), "bench");

    private static readonly TimeTagBlock[] VectorBlocks =
    [
        TagStreams.Block(5_000_000_000_500, 0, (1000, 1), (1000, 2), (1255, 1), (70_000, 2), (5_000_000_000_000, 1)),
        TagStreams.Block(6_000_000_000_000, 7),
        TagStreams.Block(6_000_000_000_001, 0, (6_000_000_000_001, 255)),
    ];

    private static byte[] Vector =>
        Convert.FromHexString(string.Concat(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "tagfile.hex"))
            .Where(c => !char.IsWhiteSpace(c))));

    [Fact]
    public async Task Golden_vector_is_written() =>
        Assert.Equal(Convert.ToHexStringLower(Vector), Convert.ToHexStringLower(await WriteAsync(VectorBlocks)));

    [Fact]
    public async Task Golden_vector_is_read()
    {
        (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(Vector));
        Assert.Equal(Bench, reader.Header);
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.Equal(TagStreams.Tags(VectorBlocks), TagStreams.Tags(blocks));
        Assert.Equal(VectorBlocks.Select(b => (b.WatermarkPs, b.LostTags)), blocks.Select(b => (b.WatermarkPs, b.LostTags)));
        Assert.Equal((6, 7), (reader.Counters.Records, reader.Counters.ReportedLost));
        Assert.Equal(0, reader.Counters.Skipped + reader.Counters.DamagedBlocks + reader.Counters.DamagedBytes);
    }

    [Theory]
    [InlineData(TagFileBlockKind.Tags, 1)]
    [InlineData(TagFileBlockKind.Index, 2)]
    public void Kinds_are_pinned(TagFileBlockKind kind, int value) => Assert.Equal(value, (int)kind);

    [Fact]
    public async Task Random_recordings_round_trip_in_any_chunks()
    {
        // Steps mix all lengths, ties, pauses of all sizes up to days; channels use 0 to 8 bits; every third block reports a loss.
        Gen<(long, byte)> step = Gen.Select(
            Gen.OneOf(Gen.Long[0, 0], Gen.Long[1, 200], Gen.Long[1, 1 << 26], Gen.Long[1, 1L << 34], Gen.Long[1, 1L << 52]), Gen.Byte);
        await Gen.Select(step.List[0, 200], Gen.Int[0, 8], Gen.Int[1, 300], Gen.Int[1, 40]).SampleAsync(
            async t =>
            {
                (List<(long Step, byte Channel)> steps, int channelBits, int chunk, int perBlock) = t;
                long timePs = 5;
                (long TimePs, byte Channel)[] tags =
                    [.. steps.Select(s => (timePs += s.Step, (byte)(s.Channel & ((1 << channelBits) - 1))))];
                List<TimeTagBlock> blocks = [];
                for (int from = 0; from < tags.Length;)
                {
                    int to = Math.Min(tags.Length, from + perBlock);
                    while (to < tags.Length && tags[to].TimePs == tags[to - 1].TimePs)
                    {
                        to++;
                    }

                    long watermarkPs = to < tags.Length ? tags[to].TimePs - 1 : timePs + 3;
                    blocks.Add(TagStreams.Block(watermarkPs, blocks.Count % 3 == 2 ? to : 0, tags[from..to]));
                    from = to;
                }

                byte[] bytes = await WriteAsync([.. blocks]);
                (List<TimeTagBlock> read, TagFileReader reader) = await ReadAsync(new TrickleStream(bytes, chunk));
                Assert.Equal(TimeTagError.None, reader.EndReason);
                Assert.Equal(tags, TagStreams.Tags(read));
                Assert.Equal(blocks.Sum(b => b.LostTags), read.Sum(b => b.LostTags));
                Assert.Equal(blocks.Where(b => b.LostTags > 0).SelectMany(b => b.TimesPs.Take(b.Count)),
                    read.Where(b => b.LostTags > 0).SelectMany(b => b.TimesPs.Take(b.Count)));
            },
            seed: "0000KOIPe5X2",
            iter: 200);
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_good_up_to_its_last_whole_block()
    {
        byte[] whole = await WriteAsync([.. Stretches(6)]);
        TagFileIndex index = await IndexAsync(whole);
        long indexOffset = index.Entries[^1].Offset + LengthAt(whole, index.Entries[^1].Offset);
        long[] ends = [.. index.Entries.Skip(1).Select(e => e.Offset), indexOffset];
        List<(long TimePs, byte Channel)> tags = TagStreams.Tags(Stretches(6));
        for (int length = Bench.ToBytes().Length; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(cut));
            int wholeBlocks = ends.Count(end => end <= length);
            Assert.Equal(tags.Take(20 * wholeBlocks), TagStreams.Tags(blocks));
            bool hasIndex = length >= whole.Length - 16;
            Assert.Equal(hasIndex ? TimeTagError.None : TimeTagError.Truncated, reader.EndReason);
            Assert.Equal(hasIndex ? 0 : length - (wholeBlocks == 0 ? 29 : ends[wholeBlocks - 1]), reader.Counters.TruncatedBytes);
            Assert.Equal(0, blocks.Sum(b => b.LostTags));
            TagFileIndex made = await IndexAsync(cut);
            Assert.Equal(index.Entries.Take(wholeBlocks), made.Entries);
            Assert.Equal(20 * wholeBlocks, made.Tags);
        }
    }

    [Fact]
    public async Task A_damaged_byte_costs_its_block_and_what_is_gone_is_void()
    {
        byte[] whole = await WriteAsync([.. Stretches(6)]);
        List<(long TimePs, byte Channel)> tags = TagStreams.Tags(Stretches(6));
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)(1 << (at % 8));
            (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(damaged));
            List<(long TimePs, byte Channel)> read = TagStreams.Tags(blocks);
            (long TimePs, byte Channel)[] gone = [.. tags.Except(read)];
            Assert.True(gone.Length is 0 or 20, $"byte {at}");
            Assert.Equal(tags.Except(gone), read);
            Assert.Equal(gone.Length, reader.Counters.Skipped);
            Assert.Equal(gone.Length / 20, reader.Counters.DamagedBlocks);
            Assert.All(gone, tag => Assert.Contains(
                blocks, b => b.LostTags >= 20 && b.WatermarkPs >= tag.TimePs && tag.TimePs > Before(blocks, b)));
            Assert.Equal(gone.Length / 20, blocks.Count(b => b.LostTags > 0));
        }
    }

    [Fact]
    public async Task Bytes_that_were_cut_out_cost_what_they_touch()
    {
        byte[] whole = await WriteAsync([.. Stretches(40)]);
        List<(long TimePs, byte Channel)> tags = TagStreams.Tags(Stretches(40));
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            int from = random.Next(29, whole.Length);
            int to = Math.Min(whole.Length, from + random.Next(1, 3000));
            byte[] rest = [.. whole[..from], .. whole[to..]];
            (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(rest));
            List<(long TimePs, byte Channel)> read = TagStreams.Tags(blocks);
            Assert.Equal(tags.Intersect(read), read);
            if (reader.EndReason == TimeTagError.None)
            {
                Assert.Equal(tags.Count - read.Count, reader.Counters.Skipped);
                Assert.Equal((tags.Count - read.Count) / 20, reader.Counters.DamagedBlocks);
                Assert.Equal(tags.Count == read.Count, blocks.All(b => b.LostTags == 0));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Any_time_is_found_with_and_without_index(bool isClosed)
    {
        byte[] bytes = await WriteAsync([.. Stretches(50)]);
        bytes = isClosed ? bytes : bytes[..^17];
        List<(long TimePs, byte Channel)> tags = TagStreams.Tags(Stretches(50));
        await using TagFileReader reader = await OpenAsync(new MemoryStream(bytes));
        TimeTagBlock block = new();
        for (long timePs = tags[^1].TimePs + 600; timePs >= 0; timePs -= 777)
        {
            await reader.SeekAsync(timePs, CancellationToken.None);
            bool isThere = await reader.ReadAsync(block, CancellationToken.None);
            Assert.Equal(timePs <= 50 * 1000, isThere);
            if (isThere)
            {
                Assert.Equal(tags.Where(t => t.TimePs >= timePs).Take(1).Concat(tags[^1..]).First(),
                    TagStreams.Tags([block]).Where(t => t.TimePs >= timePs).Concat(tags.Where(t => t.TimePs > block.WatermarkPs)).Concat(tags[^1..])
                        .First());
                Assert.Equal(0, block.LostTags);
                Assert.True(block.WatermarkPs >= timePs && block.WatermarkPs < timePs + 1000);
            }
        }
    }

    [Fact]
    public void A_full_index_keeps_every_second_entry()
    {
        TagFileIndex index = new(entriesMax: 4);
        for (int i = 0; i < 19; i++)
        {
            index.Add(1000 * i, new TagFileBlock(TagFileBlockKind.Tags, 0, (uint)i, 0, 0, 0, 100 * i, 0, (100 * i) + 99, 1, 0, 0));
        }

        Assert.Equal(8, index.Stride);
        Assert.Equal([0, 8000, 16_000], index.Entries.Select(e => e.Offset));
        Assert.Equal((19, 19, 1899), ((int)index.Blocks, index.LostTags, index.WatermarkPs));
        Assert.Equal([0, 0, 1, 1, 2], new[] { -5, 799, 800, 1599, 99_999 }.Select(t => index.Find(t)));
    }

    [Fact]
    public async Task Blocks_of_unknown_kind_and_a_second_file_behind_the_first_are_counted()
    {
        byte[] whole = await WriteAsync([.. Stretches(3)]);
        byte[] unknown = new byte[TagFileBlock.HeaderBytes + 1000];
        new TagFileBlock((TagFileBlockKind)9, 77, 5, 1000, -1, -1, -1, -1, -1, -1, -1, 0).Write(unknown);
        (List<TimeTagBlock> blocks, TagFileReader reader) =
            await ReadAsync(new MemoryStream([.. whole[..29], .. unknown, .. whole[29..], .. whole]));
        Assert.Equal(TimeTagError.None, reader.EndReason);
        Assert.Equal(TagStreams.Tags(Stretches(3)), TagStreams.Tags(blocks));
        Assert.Equal((1, 60, 29), (reader.Counters.UnknownBlocks, reader.Counters.BackwardTags, reader.Counters.DamagedBytes));
        Assert.True(blocks.Sum(b => b.LostTags) >= 60);
    }

    [Fact]
    public async Task A_damaged_file_header_does_not_hide_the_tags()
    {
        byte[] bytes = await WriteAsync([.. Stretches(3)]);
        Array.Clear(bytes, 0, 24);
        (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(bytes));
        Assert.Null(reader.Header);
        Assert.Equal(29, reader.Counters.DamagedBytes);
        Assert.Equal(60, blocks.Sum(b => b.Count));
        Assert.Equal(TimeTagError.BadMagic, (await TagFileReader.OpenAsync(new MemoryStream(new byte[5000]), CancellationToken.None)).Error);
        Assert.Equal(TimeTagError.Truncated, (await TagFileReader.OpenAsync(new MemoryStream([]), CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Full_blocks_never_split_equal_times_and_too_many_of_them_are_counted()
    {
        TimeTagBlock block = new(300_000);
        for (int i = 0; i < 300_000; i++)
        {
            block.Add(i is >= 100_000 and < 200_000 ? 100_000_000 : 1000L * (i - (i % 3)), (byte)(i % 3));
        }

        block.WatermarkPs = 300_000_000;
        (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(await WriteAsync(block)));
        Assert.Equal(TimeTagError.None, reader.EndReason);
        long watermarkPs = -1;
        foreach (TimeTagBlock read in blocks)
        {
            Assert.True(read.TimesPs[0] > watermarkPs);
            watermarkPs = read.WatermarkPs;
        }

        Assert.Equal(100_000 - TagFrame.TagsMax, blocks.Sum(b => b.LostTags));
        Assert.Equal(200_000 + TagFrame.TagsMax, blocks.Sum(b => b.Count));
    }

    [Fact]
    public async Task Flushed_tags_survive_a_writer_that_is_not_closed()
    {
        MemoryStream stream = new();
        TagFileWriter writer = await TagFileWriter.CreateAsync(stream, Bench, CancellationToken.None);
        await writer.WriteAsync(TagStreams.Block(500, 0, (7, 1)), CancellationToken.None);
        await writer.FlushAsync(CancellationToken.None);
        await writer.WriteAsync(TagStreams.Block(900, 0, (700, 1)), CancellationToken.None);
        Assert.Equal((2, 1), (writer.Tags, writer.Blocks));
        (List<TimeTagBlock> blocks, TagFileReader reader) = await ReadAsync(new MemoryStream(stream.ToArray()));
        Assert.Equal([(7, 1)], TagStreams.Tags(blocks));
        Assert.Equal(TimeTagError.Truncated, reader.EndReason);
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await writer.WriteAsync(TagStreams.Block(950, 0, (900, 1)), CancellationToken.None));
    }

    private static IEnumerable<TimeTagBlock> Stretches(int count) => Enumerable.Range(0, count).Select(i => TagStreams.Block(
        (1000 * i) + 1000, 0, [.. Enumerable.Range(0, 20).Select(k => ((1000L * i) + 1 + (45 * k), (byte)(k % 4)))]));

    /// <summary>Every block of the argument becomes one of the file, unless it is longer.</summary>
    internal static async Task<byte[]> WriteAsync(params TimeTagBlock[] blocks)
    {
        MemoryStream stream = new();
        await using TagFileWriter writer = await TagFileWriter.CreateAsync(stream, Bench, CancellationToken.None);
        foreach (TimeTagBlock block in blocks)
        {
            await writer.WriteAsync(block, CancellationToken.None);
            await writer.FlushAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        Assert.Equal(stream.Length, writer.BytesWritten);
        return stream.ToArray();
    }

    private static async Task<TagFileReader> OpenAsync(Stream stream)
    {
        (TagFileReader? reader, TimeTagError error) = await TagFileReader.OpenAsync(stream, CancellationToken.None);
        Assert.Equal(TimeTagError.None, error);
        return reader!;
    }

    private static async Task<(List<TimeTagBlock> Blocks, TagFileReader Reader)> ReadAsync(Stream stream)
    {
        await using TagFileReader reader = await OpenAsync(stream);
        return (await TagStreams.ReadAllAsync(reader), reader);
    }

    private static async Task<TagFileIndex> IndexAsync(byte[] bytes)
    {
        await using TagFileReader reader = await OpenAsync(new MemoryStream(bytes));
        return await reader.IndexAsync(CancellationToken.None);
    }

    private static long LengthAt(byte[] file, long offset)
    {
        Assert.True(TagFileBlock.TryRead(file.AsSpan((int)offset), out TagFileBlock block));
        return TagFileBlock.HeaderBytes + block.PayloadBytes;
    }

    private static long Before(List<TimeTagBlock> blocks, TimeTagBlock block)
    {
        int at = blocks.IndexOf(block);
        return at == 0 ? -1 : blocks[at - 1].WatermarkPs;
    }
}
