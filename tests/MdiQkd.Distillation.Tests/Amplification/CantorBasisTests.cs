using System.Runtime.Intrinsics;
using MdiQkd.Distillation.Amplification;

namespace MdiQkd.Distillation.Tests.Amplification;

[Trait("Lane", "Simd")]
public class CantorBasisTests
{
    [Fact]
    public void Each_element_is_the_image_of_the_next()
    {
        Assert.Equal(CantorBasis.Count, CantorBasis.Elements.Length);
        Assert.Equal(1UL, CantorBasis.Elements[0]);
        for (int i = 0; i + 1 < CantorBasis.Count; i++)
        {
            ulong next = CantorBasis.Elements[i + 1];
            Assert.Equal(CantorBasis.Elements[i], PortableLanes.Multiply(next, next) ^ next);
        }
    }

    [Fact]
    public void Twiddle_is_the_sum_of_the_elements_of_its_block_number()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 1000; trial++)
        {
            int block = random.Next(1 << (CantorBasis.Count - 1));
            ulong sum = 0;
            for (int j = 0; j < CantorBasis.Count - 1; j++)
            {
                sum ^= ((block >> j) & 1) != 0 ? CantorBasis.Elements[j + 1] : 0;
            }

            Assert.Equal(sum, CantorBasis.Twiddle(block));
        }
    }

    [Fact]
    public void Products_equal_the_schoolbook_in_every_lane()
    {
        var random = new Random(6);
        for (int trial = 0; trial < 2000; trial++)
        {
            ulong a = (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64();
            ulong b = trial < 64 ? 1UL << trial : (ulong)random.NextInt64() << 1;
            ulong expected = Schoolbook(a, b);
            Assert.Equal(expected, PortableLanes.Multiply(a, b));
            Assert.Equal(Vector512.Create(expected), Lanes512.Multiply(Vector512.Create(a), Vector512.Create(b)));
            if (Lanes128.IsSupported)
            {
                Assert.Equal(Vector128.Create(expected, 0), Lanes128.Multiply(Vector128.Create(a, 1), Vector128.Create(b, 0)));
                Assert.Equal(Vector128.Create(0, expected), Lanes128.Multiply(Vector128.Create(0, a), Vector128.Create(1, b)));
            }

            if (Lanes256.IsSupported)
            {
                Assert.Equal(
                    Vector256.Create(expected, a, 0, expected),
                    Lanes256.Multiply(Vector256.Create(a, a, 0, b), Vector256.Create(b, 1, b, a)));
            }
        }
    }

    private static ulong Schoolbook(ulong a, ulong b)
    {
        ulong sum = 0;
        for (int i = 63; i >= 0; i--)
        {
            sum = (sum << 1) ^ (sum >> 63 != 0 ? CantorBasis.Modulus : 0) ^ (((b >> i) & 1) != 0 ? a : 0);
        }

        return sum;
    }
}
