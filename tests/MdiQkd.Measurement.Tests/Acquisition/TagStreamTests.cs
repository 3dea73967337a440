using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Tests.Acquisition;

[Trait("Lane", "Simd")]
public class TagStreamTests
{
    private static readonly TimeTagBlock[] VectorBlocks =
    [
        TagStreams.Block(900_000_500, 0, (1000, 1), (1000, 2), (1255, 1), (70_000, 2), (900_000_000, 1)),
        TagStreams.Block(2_000_000_000, 7),
        TagStreams.Block(2_000_300_000, 0, (2_000_001_000, 1), (2_000_071_000, 2), (2_000_151_001, 1), (2_000_221_000, 2)),
    ];

    private static byte[] Vector =>
        Convert.FromHexString(string.Concat(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "tagstream.hex"))
            .Where(c => !char.IsWhiteSpace(c))));

    [Fact]
    public async Task Golden_vector_is_written()
    {
        Assert.Equal(Convert.ToHexStringLower(Vector), Convert.ToHexStringLower(await TagStreams.WriteAsync(VectorBlocks)));
    }

    [Fact]
    public async Task Golden_vector_is_read()
    {
        (List<TimeTagBlock> blocks, TimeTagError endReason) = await TagStreams.ReadAsync(Vector);
        Assert.Equal(TimeTagError.None, endReason);
        Assert.Equal(3, blocks.Count);
        Assert.Equal(
            [
                (1000, 1), (1000, 2), (1255, 1), (70_000, 2), (900_000_000, 1),
                (2_000_001_000, 1), (2_000_071_000, 2), (2_000_151_001, 1), (2_000_221_000, 2),
            ],
            TagStreams.Tags(blocks));
        Assert.Equal([900_000_500, 2_000_000_000, 2_000_300_000], blocks.Select(b => b.WatermarkPs));
        Assert.Equal([0, 7, 0], blocks.Select(b => b.LostTags));
    }

    [Fact]
    public void Checksum_is_that_of_RFC_3720()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and ascending.
        Assert.Equal(0x8A91_36AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8_AB43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD_794Eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE306_9283u, Crc32C.Compute("123456789"u8));
    }

    [Theory]
    [InlineData(3071)]
    [InlineData(3072)]
    [InlineData(3073)]
    [InlineData(6144)]
    [InlineData(20_011)]
    public void Checksum_of_long_inputs_is_that_of_one_bit_after_the_other(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        uint register = Crc32C.Initial;
        foreach (byte b in bytes)
        {
            register ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) * 0x82F6_3B78u);
            }
        }

        Assert.Equal(~register, Crc32C.Compute(bytes));
    }

    [Theory]
    [InlineData(TagFrameKind.Tags, 1)]
    [InlineData(TagFrameKind.End, 2)]
    public void Kinds_are_pinned(TagFrameKind kind, int value) => Assert.Equal(value, (int)kind);

    [Fact]
    public async Task Random_blocks_round_trip_in_any_chunks()
    {
        // Steps mix all four lengths, ties, and pauses above the limit of a frame; channels use 0 to 8 bits.
        Gen<(long, byte)> step = Gen.Select(
            Gen.OneOf(Gen.Long[0, 0], Gen.Long[1, 200], Gen.Long[1, 100_000], Gen.Long[1, 1 << 26], Gen.Long[1, 1L << 34]),
            Gen.Byte);
        await Gen.Select(step.List[0, 300], Gen.Int[0, 8], Gen.Int[1, 70]).SampleAsync(
            async t =>
            {
                (List<(long Step, byte Channel)> steps, int channelBits, int chunk) = t;
                long timePs = 5;
                (long, byte)[] tags = [.. steps.Select(s => (timePs += s.Step, (byte)(s.Channel & ((1 << channelBits) - 1))))];
                byte[] bytes = await TagStreams.WriteAsync(TagStreams.Block(timePs + 3, 0, tags));
                (List<TimeTagBlock> blocks, TimeTagError endReason) = await TagStreams.ReadAsync(new TrickleStream(bytes, chunk));
                Assert.Equal(TimeTagError.None, endReason);
                Assert.Equal(tags, TagStreams.Tags(blocks));
                Assert.Equal(timePs + 3, blocks[^1].WatermarkPs);
            },
            seed: "0000KOIPe5X2",
            iter: 200);
    }

    [Fact]
    public void Accelerated_and_portable_decoding_agree()
    {
        Assert.SkipUnless(TagPayload.IsAccelerated, "this machine has no AVX2");
        Random random = new(12);
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(200);
            int bits = random.Next(9);
            byte[] payload = new byte[TagPayload.BytesMax(count)];
            random.NextBytes(payload);
            int controls = (count + 3) / 4;
            if (count % 4 != 0)
            {
                payload[controls - 1] &= (byte)((1 << (2 * (count % 4))) - 1);
            }

            int values = Enumerable.Range(0, count).Sum(i => ((payload[i / 4] >> (2 * (i % 4))) & 3) + 1);
            ReadOnlySpan<byte> exact = payload.AsSpan(0, controls + values);
            long[] times = new long[count];
            long[] timesPortable = new long[count];
            byte[] channels = new byte[count];
            byte[] channelsPortable = new byte[count];
            bool ok = TagPayload.TryDecode(exact, count, 17, bits, times, channels, accelerated: true);
            Assert.Equal(ok, TagPayload.TryDecode(exact, count, 17, bits, timesPortable, channelsPortable, accelerated: false));
            Assert.Equal(channelsPortable, channels);
            if (ok)
            {
                Assert.Equal(timesPortable, times);
            }
        }
    }

    [Fact]
    public void Frames_of_version_1_are_read_and_have_no_even_values()
    {
        byte[] frame = FirstFrame();
        frame[4] = 1;
        Sign(frame);
        TimeTagBlock block = new();
        Assert.True(new TagFrameDecoder().TryDecode(frame, block));
        Assert.Equal(900_000_000, block.TimesPs[4]);

        byte[] even = Vector[(frame.Length + TagFrame.HeaderBytes)..^TagFrame.HeaderBytes];
        even[8] = 0;
        Sign(even);
        Assert.True(new TagFrameDecoder().TryDecode(even, block));
        even[4] = 1;
        Sign(even);
        TagFrameDecoder decoder = new();
        Assert.False(decoder.TryDecode(even, block));
        Assert.Equal(TimeTagError.BadHeader, decoder.Error);
    }

    [Fact]
    public async Task A_large_block_becomes_frames_that_never_split_equal_times()
    {
        TimeTagBlock block = new(200_000) { WatermarkPs = 10_000_000, LostTags = 5 };
        for (int i = 0; i < 200_000; i++)
        {
            block.Add(1000 + (i / 3), (byte)(i % 3));
        }

        (List<TimeTagBlock> blocks, TimeTagError endReason) = await TagStreams.ReadAsync(await TagStreams.WriteAsync(block));
        Assert.Equal(TimeTagError.None, endReason);
        Assert.Equal(4, blocks.Count);
        Assert.Equal(block.TimesPs.AsSpan(0, block.Count), [.. TagStreams.Tags(blocks).Select(t => t.TimePs)]);
        Assert.All(blocks, b => Assert.True(b.LostTags > 0));
        Assert.Equal(5, blocks.Sum(b => b.LostTags));
        for (int i = 1; i < blocks.Count; i++)
        {
            Assert.True(blocks[i].TimesPs[0] > blocks[i - 1].WatermarkPs);
            Assert.True(blocks[i - 1].TimesPs[blocks[i - 1].Count - 1] <= blocks[i - 1].WatermarkPs);
        }
    }

    [Fact]
    public async Task Every_truncation_is_named()
    {
        byte[] bytes = Vector;
        for (int length = 0; length < bytes.Length; length++)
        {
            (_, TimeTagError endReason) = await TagStreams.ReadAsync(bytes[..length]);
            Assert.True(endReason is TimeTagError.Truncated or TimeTagError.LinkLost, $"{length} bytes: {endReason}");
        }
    }

    [Fact]
    public async Task Every_flipped_bit_is_refused()
    {
        byte[] bytes = Vector;
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            (List<TimeTagBlock> blocks, TimeTagError endReason) = await TagStreams.ReadAsync(damaged);
            Assert.True(endReason != TimeTagError.None, $"bit {bit}");
            Assert.True(blocks.Count < 3 || bit >= 8 * (bytes.Length - TagFrame.HeaderBytes), $"bit {bit}");
        }
    }

    [Theory]
    [InlineData(0, 0x00, TimeTagError.BadMagic)]
    [InlineData(4, 0x03, TimeTagError.UnknownVersion)]
    [InlineData(4, 0x00, TimeTagError.UnknownVersion)]
    [InlineData(5, 0x03, TimeTagError.UnknownKind)]
    [InlineData(5, 0x00, TimeTagError.UnknownKind)]
    [InlineData(5, 0x02, TimeTagError.BadHeader)] // an end frame with tags
    [InlineData(6, 0x09, TimeTagError.BadHeader)]
    [InlineData(7, 0x01, TimeTagError.BadHeader)] // values of one byte: 5, not 13
    [InlineData(7, 0x05, TimeTagError.BadHeader)]
    [InlineData(8, 0x01, TimeTagError.OutOfOrder)]
    [InlineData(12, 0x04, TimeTagError.BadPayload)] // one tag fewer than the lengths say
    [InlineData(12, 0x40, TimeTagError.BadHeader)] // more tags than the payload can hold
    [InlineData(14, 0x02, TimeTagError.Oversized)]
    [InlineData(43, 0x7F, TimeTagError.Oversized)]
    [InlineData(23, 0x80, TimeTagError.BadHeader)] // negative first time
    [InlineData(31, 0x7F, TimeTagError.BadHeader)] // watermark beyond 2^62
    [InlineData(39, 0x80, TimeTagError.BadHeader)] // negative loss
    [InlineData(6, 0x00, TimeTagError.BadPayload)] // steps four times as long pass their limit
    [InlineData(25, 0x00, TimeTagError.OutOfOrder)] // watermark below the last tag
    public void A_wrong_field_with_a_right_checksum_is_named(int offset, byte value, TimeTagError expected)
    {
        byte[] frame = FirstFrame();
        frame[offset] = value;
        Sign(frame);
        TagFrameDecoder decoder = new();
        Assert.False(decoder.TryDecode(frame, new TimeTagBlock()));
        Assert.Equal(expected, decoder.Error);
    }

    [Fact]
    public void A_step_above_the_limit_is_refused()
    {
        byte[] frame = new byte[TagFrame.HeaderBytes + 2 + 8];
        new TagFrame(TagFrameKind.Tags, 0, 0, 0, 5, 0, TagFrame.TimePsMax, 0, 10, 0).Write(frame);
        frame[TagFrame.HeaderBytes] = 0b11_00_00_00;
        frame[^2] = 0x40; // step of the fourth tag: 2^30
        Sign(frame);
        TagFrameDecoder decoder = new();
        Assert.False(decoder.TryDecode(frame, new TimeTagBlock()));
        Assert.Equal(TimeTagError.BadPayload, decoder.Error);
    }

    [Fact]
    public void A_repeated_frame_is_out_of_order_and_ends_the_stream()
    {
        byte[] frame = FirstFrame();
        TagFrameDecoder decoder = new();
        TimeTagBlock block = new();
        Assert.True(decoder.TryDecode(frame, block));
        Assert.False(decoder.TryDecode(frame, block));
        Assert.Equal(TimeTagError.OutOfOrder, decoder.Error);
        Assert.Equal(0, block.Count);

        frame[8] = 1;
        Sign(frame);
        Assert.False(decoder.TryDecode(frame, block));
    }

    [Fact]
    public void A_frame_that_goes_back_in_time_is_refused()
    {
        byte[] frame = FirstFrame();
        TagFrameDecoder decoder = new();
        TimeTagBlock block = new();
        Assert.True(decoder.TryDecode(frame, block));
        frame[8] = 1;
        Sign(frame);
        Assert.False(decoder.TryDecode(frame, block));
        Assert.Equal(TimeTagError.OutOfOrder, decoder.Error);
    }

    [Fact]
    public async Task Writer_refuses_blocks_that_do_not_follow()
    {
        await using TagStreamWriter writer = new(new MemoryStream());
        await writer.WriteAsync(TagStreams.Block(100, 0, (50, 1)), CancellationToken.None);
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await writer.WriteAsync(TagStreams.Block(200, 0, (100, 1)), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await writer.WriteAsync(TagStreams.Block(200, 0, (201, 1)), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await writer.WriteAsync(TagStreams.Block(200, 0, (150, 1), (149, 1)), CancellationToken.None));
    }

    [Fact]
    public async Task Stream_arrives_over_tcp_and_a_dropped_link_is_named()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accept = listener.AcceptTcpClientAsync();
        await using ITimeTagSource source = await TcpTagSource.ConnectAsync(
            (IPEndPoint)listener.LocalEndpoint, CancellationToken.None);
        using TcpClient tagger = await accept;
        TagStreamWriter writer = new(tagger.GetStream());
        await writer.WriteAsync(VectorBlocks[0], CancellationToken.None);

        TimeTagBlock block = new();
        Assert.True(await source.ReadAsync(block, CancellationToken.None));
        Assert.Equal(5, block.Count);
        tagger.Client.Close(0); // reset, not an orderly end
        Assert.False(await source.ReadAsync(block, CancellationToken.None));
        Assert.Equal(TimeTagError.LinkLost, source.EndReason);
    }

    private static byte[] FirstFrame()
    {
        byte[] bytes = Vector;
        int payload = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40));
        return bytes[..(TagFrame.HeaderBytes + payload)];
    }

    private static void Sign(byte[] frame)
    {
        uint register = Crc32C.Update(Crc32C.Initial, frame.AsSpan(0, TagFrame.ChecksumOffset));
        register = Crc32C.Update(register, frame.AsSpan(TagFrame.HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(TagFrame.ChecksumOffset), ~register);
    }
}
