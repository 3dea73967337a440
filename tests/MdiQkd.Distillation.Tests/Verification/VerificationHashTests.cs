using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MdiQkd.Distillation.Tests.Authentication;
using MdiQkd.Distillation.Verification;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Verification;

public class VerificationHashTests
{
    private const double Epsilon = 1e-15;
    private static readonly BlockId Block = new(11);

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(10_000)]
    public void Tag_is_the_top_of_polynomial_times_s(int bits)
    {
        ulong[] words = Words(new Random(bits), bits);
        byte[] seed = Seed(bits);
        using ReconciledKey key = Reference(words, bits);
        UInt128 product = SlowGf128.Multiply(
            SlowGf128.Hash(seed.AsSpan(0, 16), MemoryMarshal.AsBytes(key.Bits.Words)),
            BinaryPrimitives.ReadUInt128LittleEndian(seed.AsSpan(16)));
        Assert.Equal((ulong)(product >> 78), BinaryPrimitives.ReadUInt64LittleEndian(VerificationHash.Tag(key, seed, Epsilon)));
    }

    [Fact]
    public void Equal_strings_pass_and_hand_the_bits_on()
    {
        ulong[] words = Words(new Random(1), 5000);
        byte[] seed = Seed(1);
        ReconciledKey a = Reference(words, 5000);
        ReconciledKey b = Corrected(words, 5000);
        byte[] tag = VerificationHash.Tag(b, seed, Epsilon);
        Assert.True(VerificationHash.TryVerify(a, seed, tag, Epsilon, out VerifiedKey? verified));
        using VerifiedKey atB = VerificationHash.AcceptedByPeer(b);
        Assert.Equal(atB.Bits.Words.ToArray(), verified.Bits.Words.ToArray());
        Assert.Equal((42, Block), (verified.LeakEc, verified.Block));
        Assert.Throws<ObjectDisposedException>(() => a.Bits);
        verified.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(2501)]
    [InlineData(4999)]
    public void One_wrong_bit_is_found(int position)
    {
        ulong[] words = Words(new Random(2), 5000);
        byte[] seed = Seed(2);
        using ReconciledKey a = Reference(words, 5000);
        words[position / 64] ^= 1UL << (position % 64);
        using ReconciledKey b = Corrected(words, 5000);
        Assert.False(VerificationHash.TryVerify(a, seed, VerificationHash.Tag(b, seed, Epsilon), Epsilon, out VerifiedKey? verified));
        Assert.Null(verified);
        Assert.Equal(5000, a.Bits.BitCount);
    }

    [Fact]
    public void Collisions_of_a_short_tag_are_as_rare_as_stated()
    {
        // t = 4: every pair of different strings collides for 1/16 of the seeds. 8,000 seeds: 500 expected, σ = 21.7, limit 5 σ.
        // The pair differs in one bit of the last block, where a hash that is merely cut would depend on few bits of r.
        const int Seeds = 8000;
        using ReconciledKey a = Reference([5, 0], 128);
        using ReconciledKey b = Reference([4, 0], 128);
        int collisions = 0;
        for (int i = 0; i < Seeds; i++)
        {
            byte[] seed = Seed(i);
            collisions += VerificationHash.Tag(a, seed, 0.0625).AsSpan().SequenceEqual(VerificationHash.Tag(b, seed, 0.0625)) ? 1 : 0;
        }

        Assert.InRange(collisions, 500 - 109, 500 + 109);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using ReconciledKey a = Reference([5], 64);
        byte[] tag = VerificationHash.Tag(a, Seed(3), Epsilon);
        Assert.False(VerificationHash.TryVerify(a, Seed(3).AsSpan(0, 31), tag, Epsilon, out _));
        Assert.False(VerificationHash.TryVerify(a, Seed(3), tag.AsSpan(0, 7), Epsilon, out _));
        Assert.False(VerificationHash.TryVerify(a, Seed(3), [], Epsilon, out _));
        Assert.Throws<ArgumentException>(() => VerificationHash.Tag(a, new byte[33], Epsilon));
    }

    [Fact]
    public void Tag_is_long_enough_for_every_budget_that_a_plan_may_carry()
    {
        foreach (double epsilon in (double[])[0.0999, 0.5e-3, 1e-15, 1e-18, 1.01e-19])
        {
            Assert.Null(new EpsilonBudget(1e-10, epsilon).Fault());
            Assert.True(Math.ScaleB(1, -VerificationHash.TagBits(epsilon)) <= epsilon);
        }

        Assert.NotNull(new EpsilonBudget(1e-10, 1e-20).Fault());
        Assert.Throws<ArgumentOutOfRangeException>(() => VerificationHash.TagBits(1e-20));
    }

    private static byte[] Seed(int number)
    {
        byte[] seed = new byte[VerificationHash.SeedBytes];
        new SeededKeys(number).Fill(seed);
        return seed;
    }

    private static ulong[] Words(Random random, int bits) => Amplification.ToeplitzReference.Words(random, bits);

    private static ReconciledKey Reference(ulong[] words, int bits) =>
        SiftedKey.OfReference(Block, SecretBits.CopyOf(words, bits)).AsReference(42);

    private static ReconciledKey Corrected(ulong[] words, int bits) =>
        SiftedKey.OfFlippingUser(Block, SecretBits.CopyOf([.. words.Select(w => ~w)], bits)).Correct(new ulong[words.Length], 42);
}
