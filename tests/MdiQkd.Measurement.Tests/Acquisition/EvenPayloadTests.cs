using MdiQkd.Acquisition;

namespace MdiQkd.Measurement.Tests.Acquisition;

[Trait("Lane", "Simd")]
public class EvenPayloadTests
{
    [Fact]
    public void Even_values_are_decoded_alike_on_both_paths()
    {
        Assert.SkipUnless(EvenPayload.IsAccelerated, "this machine has no AVX2");
        Random random = new(21);
        int offsets = 0;
        int far = 0;
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            // Random values, most of them small: sums below and above 2^31, steps below and above the limit.
            int count = 1 + random.Next(600);
            int width = 1 + random.Next(4);
            int bits = random.Next(9);
            byte[] payload = new byte[count * width];
            random.NextBytes(payload);
            int top = random.Next(256);
            for (int i = 0; i < count; i++)
            {
                payload[(i * width) + width - 1] &= (byte)top;
            }

            TagFrame frame = new(TagFrameKind.Tags, bits, width, 0, count, 17, TagFrame.TimePsMax, 0, payload.Length, 0);
            TimeTagBlock block = new(1);
            TimeTagBlock portable = new(1);
            uint register = (uint)round;
            uint registerPortable = register;
            bool ok = EvenPayload.TryDecode(payload, frame, block, accelerated: true, ref register);
            Assert.Equal(ok, EvenPayload.TryDecode(payload, frame, portable, accelerated: false, ref registerPortable));
            Assert.Equal(Crc32C.Update((uint)round, payload), register);
            Assert.Equal(register, registerPortable);
            refused += ok ? 0 : 1;
            if (ok)
            {
                offsets += block.TryGetOffsets(out _, out _) ? 1 : 0;
                far += width < 4 && !block.TryGetOffsets(out _, out _) ? 1 : 0;
                Assert.False(portable.TryGetOffsets(out _, out _));
                Assert.Equal(TagStreams.Tags([portable]), TagStreams.Tags([block]));
                Assert.Equal(Expected(payload, count, width, bits), TagStreams.Tags([portable]));
            }
        }

        Assert.True(offsets > 100 && far > 3 && refused > 20);

        static IEnumerable<(long, byte)> Expected(byte[] payload, int count, int width, int bits)
        {
            long timePs = 17;
            for (int i = 0; i < count; i++)
            {
                long value = 0;
                for (int b = width - 1; b >= 0; b--)
                {
                    value = (value << 8) | payload[(i * width) + b];
                }

                timePs += value >> bits;
                yield return (timePs, (byte)(value & ((1 << bits) - 1)));
            }
        }
    }

    [Fact]
    public async Task Steady_tags_take_three_bytes_and_are_held_as_offsets()
    {
        // 20 ms at 14 M tags/s, in one block of the writer: frames of 2.1 ms at most.
        Random random = new(3);
        TimeTagBlock block = new();
        long timePs = 1_000_000;
        while (timePs < 20_000_000_000)
        {
            timePs += (long)(-Math.Log(1 - random.NextDouble()) * 71_000);
            block.Add(timePs, (byte)(1 + random.Next(2)));
        }

        block.WatermarkPs = timePs;
        byte[] bytes = await TagStreams.WriteAsync(block);
        Assert.InRange((double)bytes.Length / block.Count, 3.0, 3.01);
        TagStreamReader reader = new(new MemoryStream(bytes));
        TimeTagBlock read = new();
        List<(long, byte)> tags = [];
        while (await reader.ReadAsync(read, CancellationToken.None))
        {
            Assert.Equal(EvenPayload.IsAccelerated, read.TryGetOffsets(out _, out _));
            Assert.True(read.TimePs(read.Count - 1) - read.TimePs(0) <= TagFrame.SpanPsMax);
            tags.AddRange(TagStreams.Tags([read]));
        }

        Assert.Equal(TagStreams.Tags([block]), tags);
    }
}
