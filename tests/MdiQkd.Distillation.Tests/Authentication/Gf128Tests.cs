using CsCheck;
using MdiQkd.Authentication.Hashing;

namespace MdiQkd.Distillation.Tests.Authentication;

public sealed class Gf128Tests
{
    private static readonly Gen<UInt128> Element = Gen.Select(Gen.ULong, Gen.ULong, (h, l) => new UInt128(h, l));

    [Fact]
    public void Products_follow_from_the_modulus()
    {
        UInt128 x127 = (UInt128)1 << 127;
        Assert.Equal((UInt128)0x87, Gf128.Multiply(x127, 2)); // x^128 = x^7 + x^2 + x + 1
        Assert.Equal((UInt128)5, Gf128.Multiply(3, 3)); // (x + 1)^2 = x^2 + 1
        Assert.Equal(x127, Gf128.Multiply(x127, 1));
    }

    [Fact]
    public void Agrees_with_the_ghash_test_vector_in_the_reflected_representation()
    {
        // NIST SP 800-38D / GCM specification, test case 2: GHASH of one block C and the length block,
        // X1 = C·H, X2 = (X1 + len)·H, bit-reflected within each byte sequence.
        UInt128 h = Reflected("66e94bd4ef8a2c3b884cfa59ca342b2e");
        UInt128 x1 = Gf128.Multiply(Reflected("0388dace60b6a392f328c2b971b2fe78"), h);
        Assert.Equal(Reflected("5e2ec746917062882c85b0685353deb7"), x1);
        UInt128 x2 = Gf128.Multiply(x1 ^ Reflected("00000000000000000000000000000080"), h);
        Assert.Equal(Reflected("f38cbb1ad69223dcc3457ae5b6b0f885"), x2);
    }

    [Fact]
    public void All_paths_equal_the_slow_reference()
    {
        Gen.Select(Element, Element).Sample((a, b) =>
        {
            UInt128 expected = SlowGf128.Multiply(a, b);
            Assert.Equal(expected, Gf128.Multiply(a, b));
            Assert.Equal(expected, Gf128.MultiplyPortable(a, b));
        }, iter: 2000, seed: "0000000000001");
    }

    [Fact]
    public void Every_nonzero_element_found_has_order_dividing_2_to_128_minus_1()
    {
        Element.Sample(
            a =>
            {
                UInt128 power = a;
                for (int i = 0; i < 128; i++)
                {
                    power = Gf128.Multiply(power, power); // Frobenius: a^(2^128) = a in a field of that size
                }

                Assert.Equal(a, power);
            }, iter: 200, seed: "0000000000002");
    }

    private static UInt128 Reflected(string hex)
    {
        UInt128 value = 0;
        byte[] bytes = Convert.FromHexString(hex);
        for (int i = 0; i < 128; i++)
        {
            value |= (UInt128)((bytes[i / 8] >> (7 - (i % 8))) & 1) << i;
        }

        return value;
    }
}
