using MdiQkd.Distillation.Amplification;
using static MdiQkd.Distillation.Tests.Amplification.ToeplitzReference;

namespace MdiQkd.Distillation.Tests.Amplification;

[Trait("Lane", "Simd")]
public class ModifiedToeplitzHashTests
{
    public static TheoryData<int, int> Lengths
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int n in (int[])[1, 2, 3, 31, 64, 65, 127, 128, 129, 191, 500, 1024, 2047])
            {
                foreach (int l in ((int[])[1, 2, 31, 32, 33, 63, 64, 65, 100, n / 2, n - 1, n]).Distinct().Where(l => l >= 1 && l <= n))
                {
                    data.Add(n, l);
                }
            }

            data.Add(20000, 1500);
            data.Add(9999, 9001);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Equals_the_definition_on_every_path(int n, int l)
    {
        var random = new Random((n * 100_003) + l);
        ulong[] x = Words(random, n);
        ulong[] seed = Words(random, n - 1);
        ulong[] expected = Reference(x, n, seed, l);
        foreach (ToeplitzPath path in Enum.GetValues<ToeplitzPath>().Where(ToeplitzHash.IsSupported))
        {
            Assert.Equal(expected, Hash(x, n, seed, l, path));
        }

        Assert.Equal(expected, Hash(x, n, seed, l, ToeplitzHash.FastestPath, 3));
    }

    [Theory]
    [InlineData(6, 3)]
    [InlineData(7, 1)]
    [InlineData(6, 5)]
    [InlineData(4, 4)]
    public void Two_inputs_collide_for_at_most_one_seed_in_two_to_the_l(int n, int l)
    {
        // By linearity it is enough to count the seeds that send each nonzero difference to zero: none if the first n − ℓ bits agree,
        // else 2^(n−1) / 2^ℓ.
        for (ulong difference = 1; difference < 1UL << n; difference++)
        {
            int collisions = 0;
            for (ulong seed = 0; seed < 1UL << (n - 1); seed++)
            {
                collisions += Hash([difference], n, [seed], l)[0] == 0 ? 1 : 0;
            }

            bool agree = (difference & ((1UL << (n - l)) - 1)) == 0;
            Assert.Equal(agree ? 0 : 1 << (n - 1 - l), collisions);
        }
    }

    [Fact]
    public void Is_linear_in_the_input_and_affine_in_the_seed()
    {
        const int N = 70_001;
        const int L = 30_003;
        var random = new Random(N);
        ulong[] x1 = Words(random, N), x2 = Words(random, N), s1 = Words(random, N - 1), s2 = Words(random, N - 1);
        Assert.Equal(Xor(Hash(x1, N, s1, L), Hash(x2, N, s1, L)), Hash(Xor(x1, x2), N, s1, L));

        // With the zero seed only the identity is left, which each of three terms contains once.
        ulong[] identity = Hash(x1, N, new ulong[s1.Length], L);
        Assert.Equal(Xor(identity, Xor(Hash(x1, N, s1, L), Hash(x1, N, s2, L))), Hash(x1, N, Xor(s1, s2), L));
    }

    [Theory]
    [InlineData(0, 64, 63, "input of 0 bits")]
    [InlineData(100, 0, 99, "output of 0 bits")]
    [InlineData(100, 101, 99, "output of 101 bits")]
    [InlineData(100, 50, 98, "seed of 98 bits")]
    [InlineData(100, 50, 149, "seed of 149 bits")]
    public void Bad_lengths_are_refused_with_the_reason(int n, int l, int seedBits, string reason)
    {
        Assert.StartsWith(reason, ModifiedToeplitzHash.Fault(n, seedBits, l), StringComparison.Ordinal);
        Assert.StartsWith(reason, Assert.Throws<ArgumentException>(() => ModifiedToeplitzHash.Hash(
            ToeplitzPath.Portable, new ulong[8], n, new ulong[8], seedBits, new ulong[8], l)).Message, StringComparison.Ordinal);
    }

    /// <summary>The definition, bit by bit.</summary>
    private static ulong[] Reference(ulong[] x, int n, ulong[] seed, int l)
    {
        ulong[] y = n == l ? new ulong[(l + 63) / 64] : ToeplitzReference.Hash(x, n - l, seed, l);
        for (int i = 0; i < l; i++)
        {
            y[i / 64] ^= Bit(x, n - l + i) << (i % 64);
        }

        return y;
    }

    private static ulong[] Hash(ulong[] x, int n, ulong[] seed, int l) => Hash(x, n, seed, l, ToeplitzHash.FastestPath);

    private static ulong[] Hash(ulong[] x, int n, ulong[] seed, int l, ToeplitzPath path, int degree = 1)
    {
        ulong[] y = new ulong[(l + 63) / 64];
        Array.Fill(y, ulong.MaxValue);
        ModifiedToeplitzHash.Hash(path, x, n, seed, n - 1, y, l, degree);
        return y;
    }

    private static ulong[] Xor(ulong[] a, ulong[] b) => a.Zip(b, (p, q) => p ^ q).ToArray();
}
