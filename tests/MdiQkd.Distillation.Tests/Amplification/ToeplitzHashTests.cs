using System.Runtime.Intrinsics;
using MdiQkd.Distillation.Amplification;
using static MdiQkd.Distillation.Tests.Amplification.ToeplitzReference;

namespace MdiQkd.Distillation.Tests.Amplification;

public class ToeplitzHashTests
{
    public static TheoryData<int, int> Lengths
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int n in (int[])[1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 500, 1024, 1025, 2047, 4097])
            {
                foreach (int l in ((int[])[1, 2, 31, 32, 33, 63, 64, 65, 100, n / 2, n - 1, n]).Distinct().Where(l => l >= 1 && l <= n))
                {
                    data.Add(n, l);
                }
            }

            data.Add(20000, 1500);
            data.Add(9999, 9999);
            return data;
        }
    }

    [Theory]
    [Trait("Lane", "Simd")]
    [MemberData(nameof(Lengths))]
    public void Equals_the_definition(int n, int l)
    {
        var random = new Random((n * 100_003) + l);
        ulong[] x = Words(random, n);
        ulong[] seed = Words(random, n + l - 1);
        ulong[] expected = Reference(x, n, seed, l);
        foreach (ToeplitzPath path in Enum.GetValues<ToeplitzPath>().Where(ToeplitzHash.IsSupported))
        {
            Assert.Equal(expected, Hash(x, n, seed, l, path));
        }

        Assert.Equal(expected, Hash(x, n, seed, l, ToeplitzHash.FastestPath, 2));
        ulong[] y = new ulong[expected.Length];
        TransformToeplitz.Hash<Lanes512, Vector512<ulong>>(x, n, seed, n + l - 1, y, l, 1, new ToeplitzWorkspace());
        Assert.Equal(expected, y);
    }

    [Theory]
    [InlineData(100_000, 50_000)]
    [InlineData(300_000, 3_333)]
    [InlineData(70_001, 69_999)]
    [InlineData(175_129, 87_564)] // a tail on one thread, equal chunks on three
    public void All_paths_and_any_number_of_threads_give_the_same_bits(int n, int l)
    {
        var random = new Random(l);
        ulong[] x = Words(random, n);
        ulong[] seed = Words(random, n + l - 1);
        ulong[] expected = Hash(x, n, seed, l, ToeplitzPath.Portable);
        foreach (ToeplitzPath path in Enum.GetValues<ToeplitzPath>().Where(ToeplitzHash.IsSupported))
        {
            Assert.Equal(expected, Hash(x, n, seed, l, path));
            Assert.Equal(expected, Hash(x, n, seed, l, path, 3));
        }

        // Some entries against the definition: row i of the product is the parity of x and seed bits i + n − 1 … i.
        foreach (int i in (int[])[0, 1, l / 3, l - 2, l - 1])
        {
            ulong parity = 0;
            for (int j = 0; j < n; j++)
            {
                parity ^= Bit(x, j) & Bit(seed, i - j + n - 1);
            }

            Assert.Equal(parity, Bit(expected, i));
        }
    }

    [Fact]
    public void Each_matrix_entry_is_its_own_seed_bit()
    {
        // Both sides unit vectors: y[i] = seed[i − j + n − 1] fixes every coefficient and its index, without the reference.
        const int N = 150;
        const int L = 97;
        for (int j = 0; j < N; j += 7)
        {
            ulong[] x = new ulong[3];
            x[j / 64] = 1UL << (j % 64);
            for (int k = 0; k < N + L - 1; k += 5)
            {
                ulong[] seed = new ulong[4];
                seed[k / 64] = 1UL << (k % 64);
                int i = k + j - N + 1;
                ulong[] expected = new ulong[2];
                if (i is >= 0 and < L)
                {
                    expected[i / 64] = 1UL << (i % 64);
                }

                Assert.Equal(expected, Hash(x, N, seed, L));
            }
        }
    }

    [Theory]
    [InlineData(3000, 1000)]
    [InlineData(70001, 35003)]
    [InlineData(200_000, 15_000)]
    public void Is_linear_in_input_and_in_seed(int n, int l)
    {
        var random = new Random(n);
        ulong[] x1 = Words(random, n);
        ulong[] x2 = Words(random, n);
        ulong[] s1 = Words(random, n + l - 1);
        ulong[] s2 = Words(random, n + l - 1);
        Assert.Equal(Xor(Hash(x1, n, s1, l), Hash(x2, n, s1, l)), Hash(Xor(x1, x2), n, s1, l));
        Assert.Equal(Xor(Hash(x1, n, s1, l), Hash(x1, n, s2, l)), Hash(x1, n, Xor(s1, s2), l));
    }

    [Theory]
    [InlineData(6, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 1)]
    public void Two_inputs_collide_for_exactly_one_seed_in_two_to_the_l(int n, int l)
    {
        // By linearity it is enough to count the seeds that send each nonzero difference to zero: 2^(n+ℓ−1) / 2^ℓ = 2^(n−1).
        for (ulong difference = 1; difference < 1UL << n; difference++)
        {
            int collisions = 0;
            for (ulong seed = 0; seed < 1UL << (n + l - 1); seed++)
            {
                collisions += Hash([difference], n, [seed], l)[0] == 0 ? 1 : 0;
            }

            Assert.Equal(1 << (n - 1), collisions);
        }
    }

    [Theory]
    [InlineData(0, 64, 65, "input of 0 bits")]
    [InlineData(100, 0, 99, "output of 0 bits")]
    [InlineData(100, 101, 200, "output of 101 bits")]
    [InlineData(100, 50, 148, "seed of 148 bits")]
    [InlineData(100, 50, 150, "seed of 150 bits")]
    [InlineData((1 << 27) + 1, 50, (1 << 27) + 50, "input of 134217729 bits")]
    public void Bad_lengths_are_refused_with_the_reason(int n, int l, int seedBits, string reason)
    {
        Assert.StartsWith(reason, ToeplitzHash.Fault(n, seedBits, l), StringComparison.Ordinal);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => ToeplitzHash.Hash(new ulong[8], n, new ulong[8], seedBits, new ulong[8], l));
        Assert.StartsWith(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_workspace_allocates_nothing_and_keeps_nothing()
    {
        const int N = 50_000;
        const int L = 20_000;
        var random = new Random(9);
        ulong[] x = Words(random, N);
        ulong[] seed = Words(random, N + L - 1);
        ulong[] expected = Hash(x, N, seed, L);
        ulong[] y = new ulong[expected.Length];
        using var workspace = new ToeplitzWorkspace();
        ToeplitzHash.Hash(x, N, seed, N + L - 1, y, L, 1, workspace);
        Assert.Equal(expected, y);
        Assert.True(workspace.Prepare(1).IndexOfAnyExcept(0UL) < 0);
        y.AsSpan().Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ToeplitzHash.Hash(x, N, seed, N + L - 1, y, L, 1, workspace);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, y);
    }

    [Fact]
    public void The_longest_block_is_accepted() =>
        Assert.Null(ToeplitzHash.Fault(1 << 27, (1 << 28) - 1, 1 << 27));

    private static ulong[] Reference(ulong[] x, int n, ulong[] seed, int l) => ToeplitzReference.Hash(x, n, seed, l);

    private static ulong[] Hash(ulong[] x, int n, ulong[] seed, int l) => Hash(x, n, seed, l, ToeplitzHash.FastestPath);

    private static ulong[] Hash(ulong[] x, int n, ulong[] seed, int l, ToeplitzPath path, int degree = 1)
    {
        ulong[] y = new ulong[(l + 63) / 64];
        Array.Fill(y, ulong.MaxValue);
        ToeplitzHash.Hash(path, x, n, seed, n + l - 1, y, l, degree);
        return y;
    }

    private static ulong[] Xor(ulong[] a, ulong[] b) => a.Zip(b, (p, q) => p ^ q).ToArray();
}
