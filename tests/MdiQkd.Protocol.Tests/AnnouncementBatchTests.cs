using CsCheck;

namespace MdiQkd.Protocol.Tests;

public class AnnouncementBatchTests
{
    private static readonly AnnouncementBatch VectorBatch = new(
        SessionId.Parse("000102030405060708090a0b0c0d0e0f"), 5, [7, 8, 71, AnnouncementBatch.SlotMax], [0, 1, 0, 1]);

    private static byte[] Vector => Convert.FromHexString(string.Concat(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "announcement-batch.hex"))
            .Where(c => !char.IsWhiteSpace(c))));

    [Fact]
    public void Golden_vector_is_written_and_read()
    {
        Assert.Equal(Convert.ToHexStringLower(Vector), Convert.ToHexStringLower(AnnouncementBatchCodec.Encode(VectorBatch)));
        AssertEqual(VectorBatch, Decode(Vector));
    }

    [Theory]
    [InlineData(BellState.PsiMinus, 0)]
    [InlineData(BellState.PsiPlus, 1)]
    public void Outcomes_are_pinned(BellState outcome, int value) => Assert.Equal(value, (int)outcome);

    [Fact]
    public void Random_batches_round_trip() =>
        Gen.Select(Gen.OneOf(Gen.Long[1, 3], Gen.Long[1, 10_000], Gen.Long[1, 1L << 50]), Gen.Byte[0, 1]).Array[0, 200].Sample(
            steps =>
            {
                long slot = -1;
                AnnouncementBatch batch = new(
                    VectorBatch.Session, 3, [.. steps.Select(s => slot += s.Item1)], [.. steps.Select(s => s.Item2)]);
                AssertEqual(batch, Decode(AnnouncementBatchCodec.Encode(batch)));
            },
            seed: "0000KOIPe5X2");

    [Fact]
    public void Events_of_a_busy_station_take_less_than_three_bytes()
    {
        // Steps of a Poisson process of 45 kHz in 200 MHz slots. Two bytes up to 8,191 slots: mean 2.16, sigma of the mean 0.001.
        Random random = new(45);
        const int count = 100_000;
        long[] slots = new long[count];
        long slot = 0;
        for (int i = 0; i < count; i++)
        {
            slots[i] = slot += 1 + (long)(-Math.Log(1 - random.NextDouble()) * 200e6 / 45e3);
        }

        double bytesPerEvent = AnnouncementBatchCodec.Encode(VectorBatch.Session, 0, slots, new byte[count]).Length / (double)count;
        Assert.InRange(bytesPerEvent, 2.10, 2.20);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] bytes = Vector;
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(AnnouncementBatchFault.Truncated, AnnouncementBatchCodec.TryDecode(bytes.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("02", "05000000", "0700000000000000", "01000000", "02", AnnouncementBatchFault.Version)]
    [InlineData("01", "05000000", "0700000000000000", "01000000", "02", AnnouncementBatchFault.None)]
    [InlineData("01", "05000000", "0700000000000000", "01000000", "0202", AnnouncementBatchFault.TrailingBytes)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "0200", AnnouncementBatchFault.NotAscending)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "0201", AnnouncementBatchFault.NotAscending)]
    [InlineData("01", "05000000", "0700000000000000", "01000000", "04", AnnouncementBatchFault.NotAscending)]
    [InlineData("01", "05000000", "0700000000000000", "01000000", "8200", AnnouncementBatchFault.NotCanonical)]
    [InlineData("01", "05000000", "0700000000000000", "01000400", "02", AnnouncementBatchFault.TooManyEvents)]
    [InlineData("01", "05000000", "0700000000000000", "ffffffff", "02", AnnouncementBatchFault.TooManyEvents)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "02", AnnouncementBatchFault.Truncated)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "0282", AnnouncementBatchFault.Truncated)]
    [InlineData("01", "05000000", "0700000000000080", "01000000", "02", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "0000000000000040", "01000000", "02", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "ffffffffffffff3f", "02000000", "0202", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "02ffffffffffffffff7f", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "0700000000000000", "02000000", "0282828282828282828202", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "0100000000000000", "00000000", "", AnnouncementBatchFault.SlotOverflow)]
    [InlineData("01", "05000000", "0000000000000000", "00000000", "", AnnouncementBatchFault.None)]
    public void Damage_is_named(
        string version, string sequence, string first, string count, string events, AnnouncementBatchFault expected)
    {
        byte[] bytes = Convert.FromHexString(version + VectorBatch.Session + sequence + first + count + events);
        Assert.Equal(expected, AnnouncementBatchCodec.TryDecode(bytes, out AnnouncementBatch? batch));
        Assert.Equal(expected == AnnouncementBatchFault.None, batch is not null);
    }

    [Fact]
    public void Whatever_is_decoded_encodes_to_the_same_bytes() =>
        Gen.Byte.Array[0, 60].Sample(
            tail =>
            {
                byte[] bytes = [.. Vector.AsSpan(0, AnnouncementBatchCodec.HeaderBytes), 2, .. tail];
                bytes[29] = (byte)(1 + (tail.Length / 2));
                if (AnnouncementBatchCodec.TryDecode(bytes, out AnnouncementBatch? batch) == AnnouncementBatchFault.None)
                {
                    Assert.Equal(bytes, AnnouncementBatchCodec.Encode(batch!));
                }
            },
            seed: "0000KOIPe5X2");

    [Fact]
    public void What_cannot_be_announced_is_a_programming_error()
    {
        Assert.Throws<ArgumentException>(() => AnnouncementBatchCodec.Encode(default, 0, [2, 2], [0, 0]));
        Assert.Throws<ArgumentException>(() => AnnouncementBatchCodec.Encode(default, 0, [-1], [0]));
        Assert.Throws<ArgumentException>(() => AnnouncementBatchCodec.Encode(default, 0, [1], [2]));
        Assert.Throws<ArgumentException>(() => AnnouncementBatchCodec.Encode(default, 0, [1], []));
        Assert.Throws<ArgumentException>(() => AnnouncementBatchCodec.Encode(default, 0, [1L << 62], [0]));
    }

    private static AnnouncementBatch Decode(byte[] bytes)
    {
        Assert.Equal(AnnouncementBatchFault.None, AnnouncementBatchCodec.TryDecode(bytes, out AnnouncementBatch? batch));
        return batch!;
    }

    private static void AssertEqual(AnnouncementBatch expected, AnnouncementBatch actual)
    {
        Assert.Equal(expected.Session, actual.Session);
        Assert.Equal(expected.Sequence, actual.Sequence);
        Assert.Equal(expected.Slots, actual.Slots);
        Assert.Equal(expected.Outcomes, actual.Outcomes);
    }
}
