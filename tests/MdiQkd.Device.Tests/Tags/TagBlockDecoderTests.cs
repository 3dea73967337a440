using CsCheck;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Tags;

[Trait("Lane", "Simd")]
public sealed class TagBlockDecoderTests
{
    private static readonly Gen<(int ChannelBits, (int Bits, long Random, byte Channel)[] Steps)> Blocks = Gen.Select(
        Gen.Int[2, 8],
        Gen.Select(Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 58]), Gen.Long[0, long.MaxValue], Gen.Byte).Array[0, 200]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Yields_what_the_plain_reader_yields(bool accelerated)
    {
        Assert.SkipUnless(!accelerated || TagBlockDecoder.IsAccelerated, "no AVX2 on this machine");
        Blocks.Sample(
            (channelBits, steps) =>
            {
                (TagBlock header, byte[] payload) = Pack(channelBits, steps);
                AssertSame(header, payload, accelerated, WireError.None);
            },
            seed: "0000tags0001", iter: 3000, threads: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refuses_what_the_plain_reader_refuses(bool accelerated)
    {
        Assert.SkipUnless(!accelerated || TagBlockDecoder.IsAccelerated, "no AVX2 on this machine");
        int refused = 0;
        int accepted = 0;
        Gen.Select(Blocks, Gen.Int[0, int.MaxValue], Gen.Byte[1, 255], Gen.Int[-2, 2]).Sample(
            (block, where, change, tags) =>
            {
                (TagBlock header, byte[] payload) = Pack(block.ChannelBits, block.Steps);
                if (payload.Length > TagBlock.HeaderBytes)
                {
                    payload[TagBlock.HeaderBytes + (where % (payload.Length - TagBlock.HeaderBytes))] ^= change;
                }

                header.TagCount = Math.Clamp(header.TagCount + tags, header.ItemCount == 0 ? 0 : 1, header.ItemCount);
                if (AssertSame(header, payload, accelerated, null))
                {
                    accepted++;
                }
                else
                {
                    refused++;
                }
            },
            seed: "0000tags0002", iter: 5000, threads: 1);
        Assert.True(refused > 1000 && accepted > 100, $"{refused} refused, {accepted} accepted");
    }

    [Fact]
    public void Refuses_pauses_that_would_overflow_the_clock()
    {
        // Eight channel bits: each pause is up to 2^48 ticks.
        byte[] payload = new byte[TagBlock.PayloadBytesMax(TagBlock.ItemsMax)];
        int controls = TagBlock.ItemsMax / 4;
        payload.AsSpan(TagBlock.HeaderBytes, controls).Fill(0xFF);
        payload.AsSpan(TagBlock.HeaderBytes + controls).Fill(0xFF);
        payload.AsSpan(TagBlock.HeaderBytes + controls, 4).Clear();
        foreach (int channelBits in Enumerable.Range(2, 7))
        {
            TagBlock header = new()
            {
                ItemCount = TagBlock.ItemsMax, TagCount = 1, ChannelBits = channelBits, EndTick = TagBlock.TickMax,
                PackedBytes = payload.Length - TagBlock.HeaderBytes,
            };
            AssertSame(header, payload, TagBlockDecoder.IsAccelerated, channelBits > 5 ? null : WireError.OutOfRange);
        }
    }

    [Theory]
    [InlineData(1000u, 1u)]
    [InlineData(500u, 1u)]
    [InlineData(2_000_000u, 1u)]
    [InlineData(1u, 1u)]
    [InlineData(999_999_937u, 4_294_967_291u)]
    [InlineData(4_294_967_295u, 3u)]
    [InlineData(15_625u, 12u)]
    public void Ticks_become_picoseconds_exactly(uint numerator, uint denominator)
    {
        TickScale scale = new(numerator, denominator);
        Assert.True((UInt128)(ulong)scale.TickMax * numerator / ((ulong)denominator * 1000) <= (UInt128)1 << 62);
        Gen.Select(Gen.Long[0, scale.TickMax], Gen.Int[0, 62], Gen.Long[0, long.MaxValue].Array[1, 40]).Sample(
            (first, bits, random) =>
            {
                long span = Math.Min(scale.TickMax - first, (1L << bits) - 1);
                long[] ticks = [.. random.Select(r => first + (span == 0 ? 0 : r % (span + 1))).Order()];
                long[] times = [.. ticks];
                scale.ToPs(times);
                Assert.Equal(ticks.Select(t => (long)((UInt128)(ulong)t * numerator / ((ulong)denominator * 1000))), times);
                Assert.Equal(times, ticks.Select(scale.ToPs));
            },
            seed: "0000tags0003", iter: 500, threads: 1);
    }

    private static (TagBlock Header, byte[] Payload) Pack(int channelBits, (int Bits, long Random, byte Channel)[] steps)
    {
        const int itemsMax = 256;
        TagBlockWriter writer = new(channelBits, itemsMax);
        byte[] payload = new byte[TagBlock.PayloadBytesMax(itemsMax)];
        writer.Begin(payload, 0, 1, 2);
        long tick = 0;
        foreach ((int bits, long random, byte channel) in steps)
        {
            tick = Math.Min(TagBlock.TickMax, tick + (random & ((1L << bits) - 1)));
            if (!writer.TryAdd(tick, channel % TagBlock.PauseChannel(channelBits)))
            {
                break;
            }
        }

        int bytes = writer.Finish(writer.LastTick, 0, TagLoss.None, 0);
        TagBlock header = new();
        Assert.Equal(WireError.None, header.Decode(payload, 0, bytes));
        return (header, payload[..bytes]);
    }

    private static bool AssertSame(TagBlock header, byte[] payload, bool accelerated, WireError? expected)
    {
        long[] ticks = new long[header.TagCount];
        byte[] channels = new byte[header.TagCount];
        WireError error = TagBlockReader.Decode(header, payload, 0, ticks, channels);
        Assert.Equal(expected ?? error, error);
        long[] ours = new long[header.TagCount + TagBlockDecoder.Slack];
        byte[] ourChannels = new byte[header.TagCount + TagBlockDecoder.Slack];
        Assert.Equal(error == WireError.None, TagBlockDecoder.TryDecode(header, payload, ours, ourChannels, accelerated));
        if (error == WireError.None)
        {
            Assert.Equal(ticks, ours[..header.TagCount]);
            Assert.Equal(channels, ourChannels[..header.TagCount]);
        }

        return error == WireError.None;
    }
}
