using System.Text.Json;
using MdiQkd.KeyMaterial;
using MdiQkd.Protocol;

namespace MdiQkd.Distillation.Tests.KeyMaterial;

public class SecretBitsTests
{
    private static readonly BlockId Block = new(7);

    [Fact]
    public void Memory_is_zeroed_when_disposed()
    {
        var bits = SecretBits.CopyOf([ulong.MaxValue, ulong.MaxValue], 100);
        Span<ulong> memory = bits.Words; // keeps the pages alive
        Assert.Equal([ulong.MaxValue, (1UL << 36) - 1], memory.ToArray());
        bits.Dispose();
        bits.Dispose();
        Assert.Equal([0UL, 0UL], memory.ToArray());
        Assert.Throws<ObjectDisposedException>(() => bits.Words[0]);
    }

    [Fact]
    public void Text_shows_the_type_only()
    {
        Assert.Equal("MdiQkd.KeyMaterial.SecretBits", SecretBits.CopyOf([1, 2], 100).ToString());
        Assert.Equal("MdiQkd.KeyMaterial.SiftedKey", SiftedKey.OfReference(Block, new SecretBits(100)).ToString());
    }

    [Fact]
    public void Serializer_refuses_secret_bits_and_stages()
    {
        SecretBits bits = SecretBits.CopyOf([0x123456789ABCDEF], 60);
        using SiftedKey key = SiftedKey.OfReference(Block, bits);
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(bits));
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(key));
        var fields = new JsonSerializerOptions { IncludeFields = true };
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(key, fields));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(SecretBits.BitCountMax + 1)]
    public void Lengths_outside_the_limits_are_refused(int bitCount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecretBits(bitCount));

    [Fact]
    public void B_flips_and_corrects_to_the_reference_of_A()
    {
        ulong[] a = [0xDEADBEEF, 0x5];
        ulong[] errors = [0x8000000000000001, 0x2];
        ulong[] preparedByB = [~a[0] ^ errors[0], ~a[1] ^ errors[1]];
        SiftedKey siftedA = SiftedKey.OfReference(Block, SecretBits.CopyOf(a, 70));
        SiftedKey siftedB = SiftedKey.OfFlippingUser(Block, SecretBits.CopyOf(preparedByB, 70));
        Assert.Equal(errors, siftedA.Bits.Words.ToArray().Zip(siftedB.Bits.Words.ToArray(), (p, q) => p ^ q));

        using ReconciledKey atA = siftedA.AsReference(17);
        using ReconciledKey atB = siftedB.Correct([.. errors, ulong.MaxValue], 17);
        Assert.Equal(atA.Bits.Words.ToArray(), atB.Bits.Words.ToArray());
        Assert.Equal((17, Block, 70), (atB.LeakEc, atB.Block, atB.BitCount));
        Assert.Throws<ObjectDisposedException>(() => siftedB.Bits);
    }

    [Fact]
    public void Roles_cannot_be_mixed_up()
    {
        using SiftedKey a = SiftedKey.OfReference(Block, new SecretBits(70));
        using SiftedKey b = SiftedKey.OfFlippingUser(Block, new SecretBits(70));
        Assert.Throws<InvalidOperationException>(() => a.Correct([0, 0], 0));
        Assert.Throws<InvalidOperationException>(() => b.AsReference(0));
        Assert.Throws<ArgumentException>(() => b.Correct([0], 0));
    }

    [Fact]
    public void Stages_after_sifting_have_no_public_constructor()
    {
        foreach (Type stage in (Type[])[typeof(SiftedKey), typeof(ReconciledKey), typeof(VerifiedKey), typeof(SecretKey)])
        {
            Assert.Empty(stage.GetConstructors());
            Assert.True(stage.IsSealed);
        }
    }
}
