using CsCheck;

namespace MdiQkd.Reconciliation.Tests;

public sealed class LeakTallyTests
{
    [Fact]
    public void Equals_the_bits_that_left_A_and_never_exceeds_the_frame()
    {
        // Each step: a frame of some code with its real bits; after `rounds` syndromes it is corrected or disclosed whole.
        Gen<(int Code, double Share, int Rounds, bool Failed)[]> steps = Gen.Select(
            Gen.Int[0, CodeBook.Default.Codes.Count - 1], Gen.Double[0, 1], Gen.Int[1, 3], Gen.Bool).Array[1, 20];
        steps.Sample(frames =>
        {
            var tally = new LeakTally();
            long expected = 0;
            long sifted = 0;
            foreach ((int index, double share, int rounds, bool failed) in frames)
            {
                ReconciliationCode code = CodeBook.Default.Codes[index];
                int realBits = Math.Clamp((int)(share * code.Length), 1, code.Length);
                // The rank of what left A: rows of the code restricted to the real bits, or all of them.
                expected += failed ? realBits : Math.Min(realBits, code.SyndromeLength(rounds));
                sifted += realBits;
                if (failed)
                {
                    tally.AddFailed(code, realBits);
                }
                else
                {
                    tally.AddCorrected(code, rounds, realBits);
                }
            }

            return tally.Bits == expected && tally.SiftedBits == sifted && tally.Frames == frames.Length
                && tally.FailedFrames == frames.Count(frame => frame.Failed) && tally.Bits <= sifted;
        });
    }

    [Fact]
    public void Refuses_frames_that_cannot_be()
    {
        ReconciliationCode code = CodeBook.Default.Codes[0];
        var tally = new LeakTally();
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.AddCorrected(code, 0, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.AddCorrected(code, 4, code.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.AddCorrected(code, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.AddFailed(code, code.Length + 1));
        Assert.Equal(0, tally.Bits);
    }
}
