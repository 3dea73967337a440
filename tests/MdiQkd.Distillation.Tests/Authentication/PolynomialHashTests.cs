using System.Buffers.Binary;
using CsCheck;
using MdiQkd.Authentication.Hashing;

namespace MdiQkd.Distillation.Tests.Authentication;

[Trait("Lane", "Simd")]
public sealed class PolynomialHashTests
{
    private const string Seed = "0000000000003";

    private static readonly Gen<byte[]> Key = Gen.Byte.Array[16];

    public static TheoryData<HashPath> Paths => new(Enum.GetValues<HashPath>());

    [Theory]
    [MemberData(nameof(Paths))]
    public void Path_equals_the_slow_reference(HashPath path)
    {
        SkipUnlessSupported(path);
        byte[] message = Bytes(1, 1200);
        byte[] key = Bytes(2, 16);
        using PolynomialHash hash = new(key, path);
        for (int length = 0; length <= message.Length; length += length < 600 ? 1 : 37)
        {
            hash.Append(message.AsSpan(0, length));
            Assert.Equal(SlowGf128.Hash(key, message.AsSpan(0, length)), Finish(hash));
        }
    }

    [Fact]
    public void The_512_bit_steps_equal_the_portable_ones_on_any_machine()
    {
        SkipUnlessSupported(HashPath.Pclmul128);
        UInt128[] powers = new UInt128[PolynomialKernel.BatchBlocks], sums = new UInt128[PolynomialKernel.BatchBlocks];
        PolynomialKernel.ExpandKey(BinaryPrimitives.ReadUInt128LittleEndian(Bytes(11, 16)), powers, sums);
        UInt128 acc = BinaryPrimitives.ReadUInt128LittleEndian(Bytes(12, 16));
        byte[] message = Bytes(13, 16 * 100);
        for (int blocks = 1; blocks <= 100; blocks++)
        {
            ReadOnlySpan<byte> part = message.AsSpan(0, 16 * blocks);
            Assert.Equal(
                PolynomialKernel.Absorb(HashPath.Portable, acc, part, powers, sums),
                PolynomialKernel.Absorb(HashPath.Vpclmul512, acc, part, powers, sums));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Cutting_into_pieces_does_not_matter(HashPath path)
    {
        SkipUnlessSupported(path);
        byte[] message = Bytes(3, 20000);
        byte[] key = Bytes(4, 16);
        using PolynomialHash hash = new(key, path);
        using PolynomialHash portable = new(key, HashPath.Portable);
        portable.Append(message);
        UInt128 whole = Finish(portable);
        Gen.Int[0, 2000].Array[1, 40].Sample(cuts =>
        {
            int at = 0;
            foreach (int cut in cuts)
            {
                int taken = Math.Min(cut, message.Length - at);
                hash.Append(message.AsSpan(at, taken));
                at += taken;
            }

            hash.Append(message.AsSpan(at));
            Assert.Equal(whole, Finish(hash));
        }, iter: 60, seed: Seed, threads: 1);
    }

    [Fact]
    public void Known_answer_pins_the_byte_order()
    {
        // r = x: one block 1 gives 1·x^2 + L·x with L = 16 = x^4, that is x^2 + x^5.
        byte[] key = new byte[16];
        key[0] = 2;
        byte[] message = new byte[16];
        message[0] = 1;
        using PolynomialHash hash = new(key);
        hash.Append(message);
        byte[] result = new byte[16];
        hash.Finish(result);
        Assert.Equal("24000000000000000000000000000000", Convert.ToHexString(result));
    }

    [Fact]
    public void Hash_is_linear_over_messages_of_one_length()
    {
        Gen.Select(Key, Gen.Int[1, 700]).Sample((key, length) =>
        {
            byte[] a = Bytes(length, length);
            byte[] b = Bytes(length + 1, length);
            byte[] sum = [.. a.Zip(b, (x, y) => (byte)(x ^ y))];
            using PolynomialHash hash = new(key);
            UInt128 zero = Hash(hash, new byte[length]); // the length block alone
            Assert.Equal(Hash(hash, a) ^ Hash(hash, b), Hash(hash, sum) ^ zero);
        }, iter: 100, seed: Seed);
    }

    [Fact]
    public void Length_and_zero_bytes_are_bound()
    {
        using PolynomialHash hash = new(Bytes(5, 16));
        UInt128[] hashes = [.. Enumerable.Range(0, 100).Select(n => Hash(hash, new byte[n]))];
        Assert.Equal(100, hashes.Distinct().Count());
    }

    [Fact]
    public void Collisions_are_the_roots_of_the_difference_polynomial()
    {
        // Two messages of two blocks whose difference is d1·r^3 + d2·r^2 = r^2·(d1·r + d2): they collide for r = d2/d1
        // and r = 0 only. Take d2 = d1·s for a chosen s; then r = s collides and its neighbours do not.
        UInt128 d1 = BinaryPrimitives.ReadUInt128LittleEndian(Bytes(6, 16));
        UInt128 s = BinaryPrimitives.ReadUInt128LittleEndian(Bytes(7, 16));
        byte[] a = Bytes(8, 32);
        byte[] b = (byte[])a.Clone();
        Xor(b, 0, d1);
        Xor(b, 16, SlowGf128.Multiply(d1, s));
        for (int i = 0; i < 64; i++)
        {
            byte[] key = new byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(key, s ^ (UInt128)i);
            using PolynomialHash hash = new(key);
            Assert.Equal(i == 0, Hash(hash, a) == Hash(hash, b));
        }
    }

    [Fact]
    public void Small_field_version_meets_its_bound_by_exhaustion()
    {
        // The same polynomial over GF(2^4) = GF(2)[x]/(x^4 + x + 1), messages of up to two 4-bit blocks, all pairs and
        // all δ: at most k + 1 of the 16 keys give h(m) + h(m') = δ.
        (int Blocks, int Value)[] messages =
        [
            (0, 0), .. Enumerable.Range(0, 16).Select(v => (1, v)), .. Enumerable.Range(0, 256).Select(v => (2, v)),
        ];
        foreach ((int Blocks, int Value) m in messages)
        {
            foreach ((int Blocks, int Value) n in messages.Where(n => n != m))
            {
                int[] count = new int[16];
                for (int r = 0; r < 16; r++)
                {
                    count[SmallHash(r, m.Blocks, m.Value) ^ SmallHash(r, n.Blocks, n.Value)]++;
                }

                Assert.True(count.Max() <= Math.Max(m.Blocks, n.Blocks) + 1);
            }
        }
    }

    [Fact]
    public void Epsilon_is_blocks_plus_one_over_the_field_size()
    {
        Assert.Equal(Math.ScaleB(1, -128), PolynomialHash.Epsilon(0));
        Assert.Equal(Math.ScaleB(2, -128), PolynomialHash.Epsilon(1));
        Assert.Equal(Math.ScaleB(3, -128), PolynomialHash.Epsilon(17));
    }

    [Fact]
    public void A_message_allocates_nothing()
    {
        using PolynomialHash hash = new(Bytes(9, 16));
        byte[] message = Bytes(10, 5000);
        byte[] result = new byte[16];
        hash.Append(message);
        hash.Finish(result);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            hash.Append(message);
            hash.Finish(result);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Keys_of_a_wrong_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PolynomialHash(new byte[15]));
    }

    private static void SkipUnlessSupported(HashPath path)
    {
        if (!PolynomialHash.IsSupported(path))
        {
            Assert.Skip($"This machine has no {path}.");
        }
    }

    private static int SmallHash(int r, int blocks, int value)
    {
        int acc = 0;
        for (int i = 0; i < blocks; i++)
        {
            acc = SmallMultiply(acc ^ ((value >> (4 * i)) & 15), r);
        }

        return SmallMultiply(acc ^ blocks, r);
    }

    private static int SmallMultiply(int a, int b)
    {
        int product = 0;
        for (int i = 3; i >= 0; i--)
        {
            product = (product << 1) ^ ((product & 8) != 0 ? 0x13 : 0) ^ (((b >> i) & 1) * a);
        }

        return product;
    }

    private static void Xor(byte[] target, int offset, UInt128 value)
    {
        Span<byte> at = target.AsSpan(offset, 16);
        BinaryPrimitives.WriteUInt128LittleEndian(at, BinaryPrimitives.ReadUInt128LittleEndian(at) ^ value);
    }

    private static UInt128 Hash(PolynomialHash hash, byte[] message)
    {
        hash.Append(message);
        return Finish(hash);
    }

    private static UInt128 Finish(PolynomialHash hash)
    {
        byte[] result = new byte[16];
        hash.Finish(result);
        return BinaryPrimitives.ReadUInt128LittleEndian(result);
    }

    private static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
