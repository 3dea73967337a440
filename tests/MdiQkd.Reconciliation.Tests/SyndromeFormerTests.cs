namespace MdiQkd.Reconciliation.Tests;

public sealed class SyndromeFormerTests
{
    [Theory]
    [InlineData(6, 0.01)]
    [InlineData(8, 0.003)]
    [InlineData(10, 0.03)]
    public void Equals_the_dense_matrix_bit_by_bit(int logLifting, double qber)
    {
        ReconciliationCode code = CodeBook.Default.Select(qber, 1024 << logLifting);
        ulong[] word = Trial.RandomWord(code, new Random(11));
        ulong[] syndrome = Trial.Syndrome(code, code.Rounds, word);
        for (int row = 0; row < code.RowBlocks(code.Rounds); row++)
        {
            foreach (int bit in new[] { 0, 1, 63, code.LiftingSize / 2, code.LiftingSize - 1 })
            {
                int parity = 0;
                foreach (CheckEntry entry in code.Row(row))
                {
                    parity ^= Bit(word, (entry.Column * code.LiftingSize) + ((bit + entry.Shift) % code.LiftingSize));
                }

                Assert.Equal(parity, Bit(syndrome, (row * code.LiftingSize) + bit));
            }
        }
    }

    [Fact]
    public void Is_linear()
    {
        ReconciliationCode code = CodeBook.Default.Select(0.005, 65_536);
        var random = new Random(12);
        ulong[] x = Trial.RandomWord(code, random);
        ulong[] y = Trial.RandomWord(code, random);
        Assert.Equal(
            Trial.Syndrome(code, 3, Trial.Xor(x, y)),
            Trial.Xor(Trial.Syndrome(code, 3, x), Trial.Syndrome(code, 3, y)));
    }

    [Fact]
    public void A_hand_made_matrix_gives_the_syndrome_worked_out_by_hand()
    {
        // Z = 64, two column blocks. Row 0: block 0 by 1 and block 1 by 0; row 1: block 0 and block 1 by 63;
        // row 2: the second part of row 1.
        var matrix = new BaseMatrix(
            2,
            [[new(0, 1), new(1, 0)], [new(0, 0), new(1, 63)], [new(1, 63)]],
            [1]);
        ReconciliationCode code = new CodeBook([matrix], [new CodeRate(0, [1, 2, 3], [0.1, 0.1, 0.1])]).Find(26_001);
        ulong[] frame = [0x8000_0000_0000_0003, 0x0000_0000_0000_0010];
        ulong[] syndrome = new ulong[1];
        SyndromeFormer.Form(code, 1, frame, syndrome);
        Assert.Equal(0xC000_0000_0000_0011UL, syndrome[0]); // (…8003 rotated right by 1 = C000…0001) xor 0x10
        SyndromeFormer.Form(code, 2, frame, syndrome);
        Assert.Equal(0x8000_0000_0000_0023UL, syndrome[0]);
        SyndromeFormer.Form(code, 3, frame, syndrome);
        Assert.Equal(0x0000_0000_0000_0020UL, syndrome[0]);
    }

    [Fact]
    public void Refuses_wrong_lengths()
    {
        ReconciliationCode code = CodeBook.Default.Codes[0];
        ulong[] frame = new ulong[code.Length / 64];
        ulong[] syndrome = new ulong[code.SyndromeLength(1) / 64];
        Assert.Throws<ArgumentException>(() => SyndromeFormer.Form(code, 1, frame.AsSpan(1), syndrome));
        Assert.Throws<ArgumentException>(() => SyndromeFormer.Form(code, 1, frame, syndrome.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyndromeFormer.Form(code, 0, frame, syndrome));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyndromeFormer.Form(code, 4, frame, syndrome));
    }

    private static int Bit(ulong[] words, int index) => (int)((words[index >> 6] >> (index & 63)) & 1);
}
