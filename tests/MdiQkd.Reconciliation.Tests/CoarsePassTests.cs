using MdiQkd.Reconciliation.Decoding;

namespace MdiQkd.Reconciliation.Tests;

public sealed class CoarsePassTests
{
    [Theory]
    [InlineData(65_536)]
    [InlineData(262_144)]
    public void Frozen_columns_thaw_and_the_frame_is_still_corrected(int length)
    {
        ReconciliationCode code = CodeBook.Default.Select(0.012, length);
        ulong[] errors = Trial.Errors(code, 0.01, length, new Random(31));
        ulong[] syndrome = Trial.Syndrome(code, 1, errors);
        Layers layers = code.LayersAfter(1);
        layers.Split(syndrome, code.LiftingSize / 64);
        CoarsePass pass = new(LaneWidths.Widest);
        pass.Prepare(code, layers, syndrome, 0.01);
        Assert.False(pass.Thaw(code, layers, syndrome));
        int frozenAfter = Iterate(() => pass.Thaw(code, layers, syndrome));
        ulong[] pattern = new ulong[length / 64];
        int correctedAfter = frozenAfter + Iterate(() =>
        {
            pass.Decide(code, pattern);
            return pattern.AsSpan().SequenceEqual(errors);
        });
        Assert.InRange(frozenAfter, 3, correctedAfter - 1);
        Assert.True(pass.IsCandidate);
        Assert.False(pass.Thaw(code, layers, syndrome));

        int Iterate(Func<bool> until)
        {
            for (int iteration = 1; iteration <= 40; iteration++)
            {
                pass.Iterate(code, layers);
                if (until())
                {
                    return iteration;
                }
            }

            Assert.Fail("not within 40 iterations");
            return 0;
        }
    }

    [Fact]
    public void Levels_get_finer_as_fewer_checks_are_contradicted_and_never_coarser()
    {
        int level = 0;
        foreach (double contradicted in new[] { 0.5, 0.4, 0.3, 0.35, 0.2, 0.1, 0.15, 0.03, 0 })
        {
            int next = LossTables.Next(level, contradicted);
            Assert.InRange(next, level, LossTables.Levels - 1);
            level = next;
        }

        Assert.Equal(0, LossTables.Next(0, 0.45));
        Assert.Equal(LossTables.Levels - 1, level);
    }

    [Fact]
    public void The_tables_are_the_check_rule_to_half_a_step_and_its_bin()
    {
        // Level 0: 96 steps of loss per unit. 2 atanh(e^-S) at S = 8/96, 17.5/96 (the middle of 16..19) and 103.5/96.
        ReadOnlySpan<byte> level = LossTables.Bytes.AsSpan(0, LossTables.LevelSize);
        Assert.Equal(22, level[LossTables.FineMessage + 8]);
        Assert.Equal(17, level[LossTables.MiddleMessage]);
        Assert.Equal(5, level[LossTables.CoarseMessage + 6]);
        Assert.Equal(0, level[LossTables.CoarseMessage + 15]);

        // 7 ln(1 + e^(-0.5/7)); loss of the magnitudes 28..31, 4 to 4.4 units: 96 · 0.0296 = 2.84, so 3 for both kinds of edges.
        Assert.Equal(5, level[LossTables.Correction]);
        Assert.Equal(3, level[LossTables.FirstLoss + 7]);
        Assert.Equal(3, level[LossTables.SecondLoss + 7]);
    }
}
