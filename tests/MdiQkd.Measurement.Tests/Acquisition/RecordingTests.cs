using System.Buffers.Binary;
using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Acquisition.TagFiles;
using static MdiQkd.Measurement.Tests.Acquisition.RecordingBytes;

namespace MdiQkd.Measurement.Tests.Acquisition;

[Trait("Lane", "Simd")]
public class RecordingTests
{
    [Fact]
    public async Task HydraHarp_recording_gives_the_counts_of_the_reference()
    {
        // tsbischof/picoquant-sample-data (BSD-3): 435,319 records, 305,565 photons, all on input 1, 129,754 overflow records.
        string? path = SampleFile("hydraharp-t2.ptu");
        Assert.SkipWhen(path is null, "shared/data/hydraharp-t2.ptu beside the checkout or above it is missing");
        (PtuT2Source? source, TimeTagError error) = await PtuT2Source.OpenAsync(File.OpenRead(path!), CancellationToken.None);
        Assert.Equal(TimeTagError.None, error);
        await using PtuT2Source recording = source!;
        Assert.Equal(PtuRecordType.HydraHarpV2, recording.Header.RecordType);
        Assert.Equal(435_319, recording.Header.Records);
        List<(long TimePs, byte Channel)> tags = await AllTagsAsync(recording);
        Assert.Equal(TimeTagError.None, recording.EndReason);
        Assert.Equal(435_319, recording.Counters.Records);
        Assert.Equal(129_754, recording.Counters.Overflows);
        Assert.Equal(305_565, recording.Counters.Photons[1]);
        Assert.Equal(305_565, tags.Count);
        Assert.Equal(4_999_964_931_763, recording.Counters.LastTagPs);
        Assert.Equal(0, recording.Counters.BackwardTags + recording.Counters.Skipped + recording.Counters.Markers);
    }

    [Theory]
    [InlineData(PtuRecordType.PicoHarp, 4000, new uint[] { 0x0000_0005, 0xF000_0000, 0x1000_0002, 0xF000_0003, 0x1000_0009 },
        new long[] { 20, 842_792_968, 842_792_996 }, new[] { 1, 2, 2 })]
    [InlineData(PtuRecordType.HydraHarpV1, 1000, new uint[] { 0x0000_0005, 0xFE00_0003, 0x8000_0007, 0x0200_0009 },
        new long[] { 5, 33_552_007, 33_552_009 }, new[] { 1, 0, 2 })]
    [InlineData(PtuRecordType.HydraHarpV2, 1000, new uint[] { 0xFE00_0003, 0x0200_0009, 0xFE00_0000, 0x8200_0001, 0x0000_0001 },
        new long[] { 100_663_305, 134_217_729 }, new[] { 2, 1 })]
    [InlineData(PtuRecordType.TimeHarp260N, 250_000, new uint[] { 0x0000_0004, 0xFE00_0002, 0x8000_0001 },
        new long[] { 1000, 16_777_216_250 }, new[] { 1, 0 })]
    [InlineData(PtuRecordType.TimeHarp260P, 25_000, new uint[] { 0x0000_0004, 0xFE00_0000, 0x9E00_0007, 0x0600_0002 },
        new long[] { 100, 838_860_850 }, new[] { 1, 4 })]
    [InlineData(PtuRecordType.Generic, 5000, new uint[] { 0x7C00_0004, 0xFE00_0001, 0x8000_0000 },
        new long[] { 20, 167_772_160 }, new[] { 63, 0 })]
    public async Task Each_T2_record_type_is_decoded(
        PtuRecordType type, long resolutionFs, uint[] records, long[] timesPs, int[] channels)
    {
        (PtuT2Source? source, TimeTagError error) = await PtuT2Source.OpenAsync(
            new MemoryStream(Ptu((int)type, resolutionFs, records)), CancellationToken.None);
        Assert.Equal(TimeTagError.None, error);
        await using PtuT2Source recording = source!;
        List<(long TimePs, byte Channel)> tags = await AllTagsAsync(recording);
        Assert.Equal(timesPs, tags.Select(t => t.TimePs));
        Assert.Equal(channels, tags.Select(t => (int)t.Channel));
        Assert.Equal(0, recording.Counters.Skipped);
    }

    [Fact]
    public async Task Markers_and_unknown_special_records_are_counted_and_not_delivered()
    {
        // Markers 1 and 15, one of them out of order; special channels 16 and 62 mean nothing.
        (PtuT2Source? source, _) = await PtuT2Source.OpenAsync(
            new MemoryStream(Ptu(
                (int)PtuRecordType.HydraHarpV2, 1000, [0x0000_0064, 0x8200_0070, 0x9E00_0032, 0xA000_0080, 0xFC00_0090, 0x0000_00C8])),
            CancellationToken.None);
        Assert.Equal([(100, 1), (200, 1)], await AllTagsAsync(source!));
        Assert.Equal((6, 2, 2, 0), (source!.Counters.Records, source.Counters.Markers, source.Counters.Skipped, source.Counters.Overflows));
    }

    [Fact]
    public async Task Damaged_PTU_files_are_named()
    {
        byte[] good = Ptu((int)PtuRecordType.HydraHarpV2, 1000, [5, 6]);
        Assert.Equal(TimeTagError.BadMagic, await OpenErrorAsync([(byte)'X', .. good.AsSpan(1)]));
        Assert.Equal(TimeTagError.UnknownVersion, await OpenErrorAsync(Ptu(0x0001_0304, 1000, [])));
        Assert.Equal(TimeTagError.BadHeader, await OpenErrorAsync(Ptu((int)PtuRecordType.Generic, 0, [])));
        for (int length = 0; length < good.Length - 8; length++)
        {
            Assert.Equal(TimeTagError.Truncated, await OpenErrorAsync(good[..length]));
        }

        byte[] endless = new byte[16 + 48];
        good.AsSpan(0, 16).CopyTo(endless);
        BinaryPrimitives.WriteUInt32LittleEndian(endless.AsSpan(16 + 36), 0x4001_FFFF);
        BinaryPrimitives.WriteInt64LittleEndian(endless.AsSpan(16 + 40), long.MaxValue);
        Assert.Equal(TimeTagError.Oversized, await OpenErrorAsync(endless));

        (PtuT2Source? source, _) = await PtuT2Source.OpenAsync(new MemoryStream(good[..^1]), CancellationToken.None);
        Assert.Single(await AllTagsAsync(source!));
        Assert.Equal(TimeTagError.Truncated, source!.EndReason);
    }

    [Fact]
    public async Task Swabian_tags_overflows_and_missed_events()
    {
        await using SwabianSource source = new(new MemoryStream(
        [
            .. Swabian(0, 0, 1, 100), .. Swabian(0, 0, 2, 100), .. Swabian(2, 0, 0, 150), .. Swabian(4, 7, 2, 160),
            .. Swabian(3, 0, 0, 170), .. Swabian(0, 0, 1, 180), .. Swabian(0, 0, -1, 190), .. Swabian(9, 0, 1, 195),
            .. Swabian(0, 0, 1, 170), .. Swabian(1, 0, 0, 200),
        ]));
        Assert.Equal([(100, 1), (100, 2), (180, 1)], await AllTagsAsync(source));
        Assert.Equal(10, source.Counters.ReportedLost);
        Assert.Equal(2, source.Counters.Skipped);
        Assert.Equal(1, source.Counters.BackwardTags);
        Assert.Equal(10, source.Counters.Records);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SFifteen_records_in_both_word_orders(bool highWordFirst)
    {
        // 256 units are 1 ns; the third record goes back by 50 µs, as real recordings do.
        byte[] bytes = [.. new[]
        {
            SFifteen(256, 0b0001), SFifteen(25_600_000_000, 0b1010), SFifteen(25_587_200_000, 0b0001),
            SFifteen(25_600_000_001, 0x10), SFifteen(25_600_000_512, 0b0100), SFifteen(25_600_000_600, 0),
        }.SelectMany(r => highWordFirst ? r[4..].Concat(r[..4]) : r)];
        await using SFifteenSource source = new(new MemoryStream(bytes), highWordFirst);
        Assert.Equal(
            [(1000, 1), (100_000_000_000, 2), (100_000_000_000, 4), (100_000_002_000, 3)], await AllTagsAsync(source));
        Assert.Equal(1, source.Counters.BackwardTags);
        Assert.Equal(1, source.Counters.Skipped);
        Assert.Equal(1, source.Counters.Overflows);
    }

    [Fact]
    public async Task Equal_times_are_never_split_and_a_damaged_recording_can_be_sent_on()
    {
        // More than one read of 32,768 records, groups of equal times across the border, and steps back.
        Random random = new(4);
        long timePs = 0;
        List<byte> bytes = [];
        for (int i = 0; i < 70_000; i++)
        {
            timePs += i is > 32_700 and < 32_800 ? 0 : random.Next(3);
            bytes.AddRange(Swabian(0, 0, 1 + (i % 3), timePs - (i % 9973 == 9000 ? 500 : 0)));
        }

        await using SwabianSource source = new(new MemoryStream([.. bytes]));
        MemoryStream stream = new();
        TagStreamWriter writer = new(stream);
        TimeTagBlock block = new();
        while (await source.ReadAsync(block, CancellationToken.None))
        {
            await writer.WriteAsync(block, CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        (List<TimeTagBlock> blocks, TimeTagError endReason) = await TagStreams.ReadAsync(stream.ToArray());
        Assert.Equal(TimeTagError.None, endReason);
        Assert.True(blocks.Count > 2);
        Assert.Equal(7, source.Counters.BackwardTags);
        Assert.Equal(70_000 - 7, blocks.Sum(b => b.Count));
        Assert.Equal(7, blocks.Sum(b => b.LostTags));
    }

    private static async Task<List<(long TimePs, byte Channel)>> AllTagsAsync(ITimeTagSource source)
    {
        List<(long TimePs, byte Channel)> tags = [];
        TimeTagBlock block = new();
        long watermarkPs = -1;
        while (await source.ReadAsync(block, CancellationToken.None))
        {
            tags.AddRange(TagStreams.Tags([block]));
            Assert.True(block.Count == 0 || block.TimesPs[0] > watermarkPs);
            Assert.True(block.Count == 0 || block.TimesPs[block.Count - 1] <= block.WatermarkPs);
            watermarkPs = block.WatermarkPs;
        }

        Assert.Equal(tags.Select(t => t.TimePs).Order(), tags.Select(t => t.TimePs));
        return tags;
    }

    private static async Task<TimeTagError> OpenErrorAsync(byte[] bytes)
    {
        (PtuT2Source? source, TimeTagError error) = await PtuT2Source.OpenAsync(new MemoryStream(bytes), CancellationToken.None);
        Assert.Null(source);
        return error;
    }

    [Fact]
    public async Task A_single_time_in_the_far_future_costs_itself_only()
    {
        // 1 ms is the longest step that is believed at once; the pause of 5 s at the end is confirmed by the tag after it.
        await using SwabianSource source = new(new MemoryStream(
        [
            .. Swabian(0, 0, 1, 7_000_000_000_000_000), .. Swabian(0, 0, 1, 100), .. Swabian(0, 0, 2, 200),
            .. Swabian(0, 0, 1, 1L << 61), .. Swabian(0, 0, 2, 300), .. Swabian(0, 0, 1, 400), .. Swabian(0, 0, 1, 250),
            .. Swabian(0, 0, 2, 5_000_000_000_000), .. Swabian(0, 0, 1, 5_000_000_000_001),
        ]));
        Assert.Equal(
            [(100, 1), (200, 2), (300, 2), (400, 1), (5_000_000_000_000, 2), (5_000_000_000_001, 1)], await AllTagsAsync(source));
        Assert.Equal(2, source.Counters.Skipped);
        Assert.Equal(1, source.Counters.BackwardTags);
        Assert.Equal((100, 5_000_000_000_001), (source.Counters.FirstTagPs, source.Counters.LastTagPs));
    }

    [Fact]
    public async Task A_last_tag_after_a_pause_is_delivered()
    {
        await using SwabianSource source = new(new MemoryStream([.. Swabian(0, 0, 1, 5), .. Swabian(0, 0, 2, 9_000_000_000_000)]));
        Assert.Equal([(5, 1), (9_000_000_000_000, 2)], await AllTagsAsync(source));
        Assert.Equal(1, source.Counters.Photons[1]);
        Assert.Equal(1, source.Counters.Photons[2]);
    }

    [Fact]
    public async Task A_file_is_read_at_once_and_can_be_cancelled()
    {
        string path = Path.GetTempFileName();
        try
        {
            TimeTagBlock written = TagStreams.Block(300_000_000, 0, [.. Enumerable.Range(1, 60_000).Select(i => (5000L * i, (byte)1))]);
            await File.WriteAllBytesAsync(path, await TagStreams.WriteAsync(written), TestContext.Current.CancellationToken);
            (IRecording? recording, RecordingFormat format, _) =
                await RecordingFile.OpenAsync(path, RecordingFormat.Unknown, TestContext.Current.CancellationToken);
            await using IRecording open = recording!;
            Assert.Equal(RecordingFormat.TagStream, format);
            TimeTagBlock block = new();
            using CancellationTokenSource cancelled = new();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await open.ReadAsync(block, cancelled.Token));
            ValueTask<bool> read = open.ReadAsync(block, TestContext.Current.CancellationToken);
            Assert.True(read.IsCompletedSuccessfully);
            Assert.True(await read);
            Assert.Equal(TagStreams.Tags([written]), TagStreams.Tags([block]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Formats_are_told_apart_by_their_content()
    {
        byte[] ptu = Ptu((int)PtuRecordType.HydraHarpV2, 1000, [5, 6]);
        byte[] swabian = [.. Enumerable.Range(0, 100).SelectMany(i => Swabian(0, 0, 1 + (i % 2), 1000L * i))];
        byte[] lowFirst = [.. Enumerable.Range(0, 100).SelectMany(i => SFifteen(70_000_000_000 + (1000L * i), 1))];
        byte[] highFirst = [.. Enumerable.Range(0, 100).SelectMany(i => Swapped(SFifteen(70_000_000_000 + (1000L * i), 1)))];
        byte[] stream = await TagStreams.WriteAsync(TagStreams.Block(100, 0, (5, 1)));
        Assert.Equal(RecordingFormat.PicoQuantPtu, RecordingFormats.Detect(ptu, ".dat"));
        Assert.Equal(RecordingFormat.Swabian, RecordingFormats.Detect(swabian, ".ptu"));
        Assert.Equal(RecordingFormat.SFifteenLowWordFirst, RecordingFormats.Detect(lowFirst, ""));
        Assert.Equal(RecordingFormat.SFifteen, RecordingFormats.Detect(highFirst, ""));
        Assert.Equal(RecordingFormat.TagStream, RecordingFormats.Detect(stream, ""));
        Assert.Equal(RecordingFormat.TagFile, RecordingFormats.Detect(new TagFileHeader(null, "").ToBytes(), ""));
        Assert.Equal(RecordingFormat.Unknown, RecordingFormats.Detect("a letter to somebody else"u8, ".txt"));
        Assert.Equal(RecordingFormat.Swabian, RecordingFormats.Detect([], ".swabian"));

        // A tenth of damaged records does not hide a format.
        for (int i = 0; i < 9; i++)
        {
            swabian[160 * i] = 77;
        }

        Assert.Equal(RecordingFormat.Swabian, RecordingFormats.Detect(swabian, ""));
    }

    private static byte[] Swapped(byte[] record) => [.. record[4..], .. record[..4]];

    [Theory]
    [InlineData(PtuRecordType.PicoHarp, 4000)]
    [InlineData(PtuRecordType.HydraHarpV2, 1000)]
    [InlineData(PtuRecordType.HydraHarpV1, 25_000)]
    [InlineData(PtuRecordType.Generic, 250)]
    public async Task Runs_of_tags_are_decoded_as_one_by_one(PtuRecordType type, long resolutionFs)
    {
        // Mostly ascending tags with small steps, some equal; overflows, markers, unknown records, steps back and far ahead between.
        Random random = new(6);
        int tickBits = type == PtuRecordType.PicoHarp ? 28 : 25;
        uint ticks = 0;
        uint[] records = new uint[100_000];
        for (int i = 0; i < records.Length; i++)
        {
            ticks = Math.Min(ticks + (uint)random.Next(random.Next(50) == 0 ? 2_000_000 : 3000), (1u << tickBits) - 1);
            bool overflow = ticks == (1u << tickBits) - 1;
            ticks = overflow ? 0 : ticks;
            records[i] = overflow && type == PtuRecordType.PicoHarp ? 15u << 28
                : overflow ? (127u << 25) | (uint)random.Next(3)
                : random.Next(100) == 0 ? (uint)random.NextInt64(1L << 32)
                : ((uint)random.Next(3) << tickBits) | ticks;
        }

        byte[] bytes = Ptu((int)type, resolutionFs, records);
        List<string>[] decoded = [await DecodeAsync(true), await DecodeAsync(false)];
        Assert.Equal(decoded[1], decoded[0]);
        Assert.True(decoded[0].Count > 2);

        async Task<List<string>> DecodeAsync(bool runs)
        {
            (PtuT2Source? source, _) = await PtuT2Source.OpenAsync(new MemoryStream(bytes), CancellationToken.None);
            source!.DecodesRuns = runs;
            TimeTagBlock block = new();
            List<string> all = [];
            while (await source.ReadAsync(block, CancellationToken.None))
            {
                HashCode hash = default;
                for (int i = 0; i < block.Count; i++)
                {
                    hash.Add((block.TimesPs[i], block.Channels[i]));
                }

                all.Add($"{block.Count} {block.WatermarkPs} {block.LostTags} {hash.ToHashCode()}");
            }

            RecordingCounters n = source.Counters;
            all.Add($"{n.Tags} {n.Photons[1]} {n.Photons[2]} {n.Overflows} {n.Markers} {n.BackwardTags} {n.Skipped} {n.LastTagPs}");
            return all;
        }
    }
}
