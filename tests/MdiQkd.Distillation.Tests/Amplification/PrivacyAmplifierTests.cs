using MdiQkd.Distillation.Amplification;
using MdiQkd.Distillation.Tests.Authentication;
using MdiQkd.Distillation.Verification;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.Amplification;

public class PrivacyAmplifierTests
{
    private static readonly BlockId Block = new(3);

    [Fact]
    public void Both_users_get_the_same_key_and_the_verified_string_is_destroyed()
    {
        ulong[] words = ToeplitzReference.Words(new Random(1), 1000);
        ulong[] seed = PrivacyAmplifier.DrawSeed(1000, 300, new SeededKeys(1));
        VerifiedKey a = Verified(words, 1000);
        VerifiedKey b = Verified(words, 1000);
        Assert.Null(PrivacyAmplifier.Amplify(a, seed, 1299, 300, 1, out SecretKey? keyA));
        Assert.Null(PrivacyAmplifier.Amplify(b, seed, 1299, 300, 2, out SecretKey? keyB));
        Assert.Equal(ToeplitzReference.Hash(words, 1000, seed, 300), keyA!.Bits.Words.ToArray());
        Assert.Equal(keyA.Bits.Words.ToArray(), keyB!.Bits.Words.ToArray());
        Assert.Equal((Block, 300), (keyA.Block, keyA.BitCount));
        Assert.Throws<ObjectDisposedException>(() => a.Bits);
    }

    [Theory]
    [InlineData(1298, 300)]
    [InlineData(1300, 300)]
    [InlineData(999, 0)]
    [InlineData(2000, 1001)]
    public void What_does_not_fit_is_refused_and_leaves_the_string(int seedBits, int keyBits)
    {
        using VerifiedKey key = Verified(ToeplitzReference.Words(new Random(1), 1000), 1000);
        Assert.NotNull(PrivacyAmplifier.Amplify(key, new ulong[40], seedBits, keyBits, 1, out SecretKey? secret));
        Assert.Null(secret);
        Assert.Equal(1000, key.Bits.BitCount);
    }

    [Fact]
    public void Seed_shorter_than_it_says_is_refused()
    {
        using VerifiedKey key = Verified(ToeplitzReference.Words(new Random(1), 1000), 1000);
        Assert.Contains("20 words", PrivacyAmplifier.Amplify(key, new ulong[20], 1299, 300, 1, out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(100, 50)]
    [InlineData(1000, 1000)]
    public void Drawn_seed_has_its_length_and_nothing_past_it(int inputBits, int keyBits)
    {
        ulong[] seed = PrivacyAmplifier.DrawSeed(inputBits, keyBits, new SeededKeys(2));
        int bits = inputBits + keyBits - 1;
        Assert.Equal((bits + 63) / 64, seed.Length);
        Assert.Equal(0UL, bits % 64 == 0 ? 0 : seed[^1] >> (bits % 64));
        Assert.NotEqual(0UL, seed[0]);
    }

    private static VerifiedKey Verified(ulong[] words, int bits) => VerificationHash.AcceptedByPeer(
        SiftedKey.OfReference(Block, SecretBits.CopyOf(words, bits)).AsReference(0));
}
