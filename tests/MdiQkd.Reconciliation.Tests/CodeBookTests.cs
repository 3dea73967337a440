using MdiQkd.CodeDesign;
using MdiQkd.Testing;

namespace MdiQkd.Reconciliation.Tests;

public sealed class CodeBookTests
{
    [Fact]
    public void Ids_are_unique_and_say_lifting_and_rows()
    {
        Assert.Equal([65_536, 262_144, 1_048_576], CodeBook.Default.Lengths);
        foreach (ReconciliationCode code in CodeBook.Default.Codes)
        {
            Assert.Equal(code.Id, (1000 * (20 + int.Log2(code.LiftingSize))) + code.RowBlocks(1));
            Assert.True(CodeBook.Default.TryFind(code.Id, out ReconciliationCode? found));
            Assert.Same(code, found);
        }

        Assert.False(CodeBook.Default.TryFind(1, out _));

        // Codes of the first book have other matrices: a peer that has it must not be understood.
        Assert.DoesNotContain(CodeBook.Default.Codes, code => code.Id < 20_000);
    }

    [Fact]
    public void All_rows_of_all_rounds_are_independent()
    {
        // Nakayama: for Z a power of two the lifted rank is full exactly if the base matrix over GF(2) has full rank.
        foreach (ReconciliationCode code in CodeBook.Default.Codes.Where(code => code.LiftingSize == 64))
        {
            int rows = code.RowBlocks(code.Rounds);
            ulong[][] dense = new ulong[rows][];
            for (int row = 0; row < rows; row++)
            {
                dense[row] = new ulong[code.ColumnBlocks / 64];
                foreach (CheckEntry entry in code.Row(row))
                {
                    dense[row][entry.Column >> 6] ^= 1UL << (entry.Column & 63);
                }
            }

            Assert.Equal(rows, BinaryRank.Of(dense));
        }
    }

    [Theory]
    [InlineData(6, 0.003)]
    [InlineData(6, 0.01)]
    public void The_lifted_matrix_itself_has_full_rank(int logLifting, double qber)
    {
        ReconciliationCode code = CodeBook.Default.Select(qber, 1024 << logLifting);
        int rows = code.SyndromeLength(code.Rounds);
        ulong[][] dense = new ulong[rows][];
        for (int row = 0; row < rows; row++)
        {
            dense[row] = new ulong[code.Length / 64];
            foreach (CheckEntry entry in code.Row(row / code.LiftingSize))
            {
                int bit = (entry.Column * code.LiftingSize) + ((row + entry.Shift) % code.LiftingSize);
                dense[row][bit >> 6] ^= 1UL << (bit & 63);
            }
        }

        Assert.Equal(rows, BinaryRank.Of(dense));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(130)]
    public void Rank_is_that_of_plain_elimination(int independent)
    {
        // Sums of so many random rows, a few of them zero, in matrices that are broader and less broad than high.
        var random = new Random(independent);
        foreach (int words in new[] { 1, 3, 9 })
        {
            ulong[][] rows = new ulong[170][];
            ulong[][] basis = [.. Enumerable.Range(0, independent).Select(_ => Words(words, random))];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = new ulong[words];
                foreach (ulong[] part in basis.Where(_ => row % 16 > 0 && random.Next(2) == 0))
                {
                    for (int word = 0; word < words; word++)
                    {
                        rows[row][word] ^= part[word];
                    }
                }
            }

            int rank = PlainRank([.. rows.Select(row => (ulong[])row.Clone())]);
            Assert.InRange(rank, Math.Min(independent, 64 * words) - 1, Math.Min(independent, 64 * words));
            Assert.Equal(rank, BinaryRank.Of(rows));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    public void Sampled_codewords_have_zero_syndrome_in_every_round(int logLifting)
    {
        ReconciliationCode code = CodeBook.Default.Select(0.004, 1024 << logLifting);
        var random = new Random(13);
        var sampler = new CodewordSampler(code);
        ulong[] codeword = sampler.Next(random);
        Assert.All(Trial.Syndrome(code, code.Rounds, codeword), word => Assert.Equal(0UL, word));
        // A uniform word of n bits has n/2 ± 6 sigma ones with sigma = sqrt(n)/2; a stuck pivot part would miss that.
        double ones = codeword.Sum(word => (double)ulong.PopCount(word));
        Assert.InRange(ones, (code.Length / 2) - (3 * Math.Sqrt(code.Length)), (code.Length / 2) + (3 * Math.Sqrt(code.Length)));
        Assert.NotEqual(codeword, sampler.Next(random));
    }

    [Fact]
    public void Select_takes_more_rows_for_a_higher_or_less_certain_rate_and_fewer_for_a_shortened_frame()
    {
        CodeBook book = CodeBook.Default;
        int previous = 0;
        for (double qber = 0; qber <= 0.1; qber += 0.0005)
        {
            ReconciliationCode code = book.Select(qber, 262_144);
            Assert.Equal(262_144, code.Length);
            Assert.True(code.FirstRoundQber >= qber);
            Assert.True(code.RowBlocks(1) >= previous);
            previous = code.RowBlocks(1);
        }

        int rows = book.Select(0.01, 262_144).RowBlocks(1);
        Assert.True(book.Select(0.01, 262_144, relativeSigma: 0.1).RowBlocks(1) > rows);
        Assert.True(book.Select(0.01, 262_144, realBits: 131_072).RowBlocks(1) < rows);
        Assert.Equal(book.Codes[^1], book.Select(0.5, 1_048_576));
        Assert.Equal(1_048_576, book.Select(0.01, int.MaxValue).Length);
        Assert.Equal(65_536, book.Select(0.01, 1).Length);
    }

    [Fact]
    public void A_stored_matrix_is_what_its_plan_and_seed_give()
    {
        CodePlan plan = CodePlan.All().First(plan => plan.MainRows >= 80);
        BaseMatrix matrix = plan.Build(out int[] fourCycles);
        foreach (int[] rows in plan.Rates)
        {
            ReconciliationCode code = CodeBook.Default.Find(30_000 + rows[0]);
            Assert.Equal(rows, Enumerable.Range(1, 3).Select(code.RowBlocks));
            Assert.Equal(code.FirstRoundQber, CodePlan.FirstRoundQber(rows[0])[^1], 1e-8);
            for (int row = 0; row < rows[^1]; row++)
            {
                Assert.Equal(matrix.Row(row).ToArray(), code.Row(row).ToArray());
            }
        }

        Assert.Equal(0, fourCycles[^1]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.1)]
    [InlineData(0.51)]
    public void Select_refuses_a_rate_that_is_none(double qber)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeBook.Default.Select(qber, 65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeBook.Default.SelectWithin(1.1, qber, 65_536));
    }

    [Fact]
    public void SelectWithin_takes_as_many_rows_as_the_efficiency_allows()
    {
        // 1.15 h(0.01) 1024 = 95.1 row blocks; below 27 rows there is no code.
        Assert.Equal(95, CodeBook.Default.SelectWithin(1.15, 0.01, 1_048_576).RowBlocks(1));
        Assert.Equal(1_048_576, CodeBook.Default.SelectWithin(1.15, 0.01, 1_048_576).Length);
        Assert.Equal(27, CodeBook.Default.SelectWithin(1.15, 0.0001, 65_536).RowBlocks(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeBook.Default.SelectWithin(0.99, 0.01, 65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeBook.Default.SelectWithin(double.NaN, 0.01, 65_536));
    }

    private static ulong[] Words(int count, Random random)
    {
        ulong[] words = new ulong[count];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }

    private static int PlainRank(ulong[][] rows)
    {
        int rank = 0;
        for (int column = 0; column < 64 * rows[0].Length; column++)
        {
            bool Has(int row) => (rows[row][column >> 6] >> (column & 63) & 1) != 0;
            int pivot = Enumerable.Range(rank, rows.Length - rank).FirstOrDefault(Has, -1);
            if (pivot < 0)
            {
                continue;
            }

            (rows[rank], rows[pivot]) = (rows[pivot], rows[rank]);
            for (int row = rank + 1; row < rows.Length; row++)
            {
                if (Has(row))
                {
                    rows[row] = [.. rows[row].Zip(rows[rank], (a, b) => a ^ b)];
                }
            }

            rank++;
        }

        return rank;
    }
}
