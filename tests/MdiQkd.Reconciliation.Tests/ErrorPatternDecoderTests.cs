using MdiQkd.Reconciliation.Decoding;

namespace MdiQkd.Reconciliation.Tests;

[Trait("Lane", "Vectors")]
public sealed class ErrorPatternDecoderTests
{
    [Theory]
    [InlineData(65_536, 0.003)]
    [InlineData(65_536, 0.02)]
    [InlineData(262_144, 0.005)]
    [InlineData(262_144, 0.01)]
    [InlineData(262_144, 0.05)]
    [InlineData(65_536, 0.1)]
    public void Corrects_independent_errors_of_random_words(int length, double qber)
    {
        // A code for a rate 25 % higher, on top of the few percent of failures that its own rate means: even with
        // 65 536 · 0.003 = 197 ± 14 errors that is three and a half sigma more.
        ReconciliationCode code = CodeBook.Default.Select(qber * 1.25, length);
        var random = new Random(21);
        var decoder = new ErrorPatternDecoder();
        for (int frame = 0; frame < 2; frame++)
        {
            ulong[] alice = Trial.RandomWord(code, random);
            ulong[] errors = Trial.Errors(code, qber, length, random);
            ulong[] bob = Trial.Xor(alice, errors);
            ulong[] difference = Trial.Xor(Trial.Syndrome(code, 1, alice), Trial.Syndrome(code, 1, bob));
            ulong[] pattern = new ulong[length / 64];
            DecodeResult result = decoder.Decode(code, 1, difference, length, qber, pattern, CancellationToken.None);
            Assert.True(result.Converged);
            Assert.Equal(errors, pattern);
        }
    }

    [Theory]
    [InlineData(262_144, 0.003, 1.22)]
    [InlineData(262_144, 0.01, 1.15)]
    [InlineData(262_144, 0.03, 1.13)]
    [InlineData(65_536, 0.02, 1.18)]
    public void Discloses_little_more_than_the_entropy(int length, double qber, double efficiencyMax)
    {
        // The design says f <= 1.30 with failed frames counted whole. 16 frames of a fixed seed: one first-round failure
        // adds at most 0.2 / 16 of f, a frame that failed for good 1 / (16 h) = 2 at 0.3 %, so none may.
        const int Frames = 16;
        var random = new Random(28);
        var decoder = new ErrorPatternDecoder();
        var tally = new LeakTally();
        ReconciliationCode code = CodeBook.Default.Select(qber, length);
        ulong[] pattern = new ulong[length / 64];
        for (int frame = 0; frame < Frames; frame++)
        {
            ulong[] errors = Trial.Errors(code, qber, length, random);
            int rounds = 0;
            bool converged = false;
            while (!converged && rounds < code.Rounds)
            {
                rounds++;
                converged = decoder.Decode(
                    code, rounds, Trial.Syndrome(code, rounds, errors), length, qber, pattern, CancellationToken.None).Converged;
            }

            if (converged)
            {
                Assert.Equal(errors, pattern);
                tally.AddCorrected(code, rounds, length);
            }
            else
            {
                tally.AddFailed(code, length);
            }
        }

        Assert.InRange(tally.Bits / (tally.SiftedBits * BinaryEntropy.Of(qber)), 1.0, efficiencyMax);
    }

    [Fact]
    public void Extra_rounds_correct_what_the_first_cannot()
    {
        // 12 % more errors than the first round of the code is made for: beyond it, within the third.
        const double Qber = 0.02;
        ReconciliationCode code = CodeBook.Default.Select(Qber, 262_144);
        ulong[] errors = Trial.Errors(code, Qber * 1.12, code.Length, new Random(22));
        ulong[] pattern = new ulong[code.Length / 64];
        var decoder = new ErrorPatternDecoder();
        Assert.False(Decode(1).Converged);
        Assert.True(Decode(3).Converged);
        Assert.Equal(errors, pattern);

        DecodeResult Decode(int rounds) => decoder.Decode(
            code, rounds, Trial.Syndrome(code, rounds, errors), code.Length, Qber, pattern, CancellationToken.None);
    }

    [Theory]
    [InlineData(0.005, 30_000)]
    [InlineData(0.01, 65_472)]
    [InlineData(0.01, 7)]
    public void Respects_public_zeros(double qber, int realBits)
    {
        ReconciliationCode code = CodeBook.Default.Select(qber, 65_536);
        ulong[] errors = Trial.Errors(code, qber, realBits, new Random(23));
        errors[0] |= 4;
        ulong[] pattern = new ulong[code.Length / 64];
        DecodeResult result = new ErrorPatternDecoder().Decode(
            code, 1, Trial.Syndrome(code, 1, errors), realBits, qber, pattern, CancellationToken.None);
        Assert.True(result.Converged);
        Assert.Equal(errors, pattern);
    }

    [Fact]
    public void Shortening_helps_a_frame_with_more_errors_than_a_whole_one_could_have()
    {
        // Half of the frame is public: twice the error rate in the rest is still decodable.
        ReconciliationCode code = CodeBook.Default.Select(0.01, 65_536);
        ulong[] errors = Trial.Errors(code, 0.018, code.Length / 2, new Random(24));
        ulong[] pattern = new ulong[code.Length / 64];
        ulong[] syndrome = Trial.Syndrome(code, 1, errors);
        DecodeResult result = new ErrorPatternDecoder().Decode(
            code, 1, syndrome, code.Length / 2, 0.018, pattern, CancellationToken.None);
        Assert.True(result.Converged);
        Assert.Equal(errors, pattern);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]
    [InlineData(65_536)]
    public void Garbage_ends_at_the_iteration_limit_at_the_latest(int knownZeroFrom)
    {
        ReconciliationCode code = CodeBook.Default.Select(0.01, 65_536);
        var random = new Random(25);
        ulong[] pattern = new ulong[code.Length / 64];
        var decoder = new ErrorPatternDecoder(iterationLimit: 20);
        foreach (int rounds in new[] { 1, 3 })
        {
            ulong[] syndrome = new ulong[code.SyndromeLength(rounds) / 64];
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(syndrome.AsSpan()));
            foreach (double qber in new[] { 0, 0.01, 0.5 })
            {
                DecodeResult result = decoder.Decode(
                    code, rounds, syndrome, knownZeroFrom, qber, pattern, CancellationToken.None);
                // A whole frame before the last round is given up as soon as it comes to a standstill.
                Assert.False(result.Converged);
                Assert.InRange(result.Iterations, knownZeroFrom == code.Length && rounds < code.Rounds ? 6 : 20, 20);
            }

            syndrome.AsSpan().Fill(ulong.MaxValue);
            Assert.False(decoder.Decode(
                code, rounds, syndrome, knownZeroFrom, 0.01, pattern, CancellationToken.None).Converged);
        }
    }

    [Fact]
    public void A_cancelled_decoding_stops_before_the_next_iteration()
    {
        ReconciliationCode code = CodeBook.Default.Select(0.01, 65_536);
        ulong[] syndrome = new ulong[code.SyndromeLength(1) / 64];
        syndrome.AsSpan().Fill(0x0123_4567_89AB_CDEF);
        Assert.Equal(
            new DecodeResult(false, 0),
            new ErrorPatternDecoder().Decode(
                code, 1, syndrome, code.Length, 0.01, new ulong[code.Length / 64], new CancellationToken(true)));
    }

    [Fact]
    public void The_zero_syndrome_is_the_zero_pattern_at_once()
    {
        ReconciliationCode code = CodeBook.Default.Select(0.01, 65_536);
        ulong[] pattern = new ulong[code.Length / 64];
        pattern.AsSpan().Fill(ulong.MaxValue);
        DecodeResult result = new ErrorPatternDecoder().Decode(
            code, 1, new ulong[code.SyndromeLength(1) / 64], code.Length, 0.01, pattern, CancellationToken.None);
        Assert.Equal(new DecodeResult(true, 1), result);
        Assert.All(pattern, word => Assert.Equal(0UL, word));
    }

    [Theory]
    [InlineData(LaneWidth.Bits128)]
    [InlineData(LaneWidth.Bits256)]
    [InlineData(LaneWidth.Bits512)]
    internal void Every_vector_width_gives_the_bits_of_the_portable_path(LaneWidth width)
    {
        Assert.SkipUnless(LaneWidths.IsSupported(width), $"this machine lacks {width}");
        // Whole frames take the coarse pass, shortened ones the fine pass alone. Beyond the threshold the messages keep moving until
        // the limit; below it columns are frozen.
        foreach ((double qber, int realBits, double more) in new[]
            { (0.004, 65_536, 1.4), (0.004, 65_536, 0.9), (0.03, 65_536, 0.9), (0.02, 262_144, 0.9), (0.03, 65_000, 1.4) })
        {
            ReconciliationCode code = CodeBook.Default.Select(qber, realBits);
            ulong[] syndrome = Trial.Syndrome(code, 2, Trial.Errors(code, qber * more, realBits, new Random(26)));
            ulong[] expected = new ulong[code.Length / 64];
            ulong[] actual = new ulong[code.Length / 64];
            foreach (int limit in new[] { 1, 5, 9, 13 })
            {
                DecodeResult first = new ErrorPatternDecoder(limit, LaneWidth.Portable).Decode(
                    code, 2, syndrome, realBits, qber, expected, CancellationToken.None);
                DecodeResult second = new ErrorPatternDecoder(limit, width).Decode(
                    code, 2, syndrome, realBits, qber, actual, CancellationToken.None);
                Assert.Equal(first, second);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Fact]
    public void A_reused_decoder_forgets_the_frame_before_and_allocates_nothing()
    {
        ReconciliationCode code = CodeBook.Default.Select(0.01, 65_536);
        ulong[] syndrome = Trial.Syndrome(code, 1, Trial.Errors(code, 0.008, code.Length, new Random(27)));
        ulong[] fresh = new ulong[code.Length / 64];
        ulong[] reused = new ulong[code.Length / 64];
        DecodeResult expected = Decode(new ErrorPatternDecoder(), syndrome, fresh);
        var decoder = new ErrorPatternDecoder(iterationLimit: 30);
        ulong[] garbage = [.. syndrome.Select(word => ~word)];
        Decode(decoder, garbage, reused);
        long before = GC.GetAllocatedBytesForCurrentThread();
        DecodeResult result = Decode(decoder, syndrome, reused);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, result);
        Assert.Equal(fresh, reused);

        DecodeResult Decode(ErrorPatternDecoder with, ulong[] bits, ulong[] into) =>
            with.Decode(code, 1, bits, code.Length, 0.01, into, CancellationToken.None);
    }

    [Fact]
    public void Refuses_wrong_lengths()
    {
        ReconciliationCode code = CodeBook.Default.Codes[0];
        var decoder = new ErrorPatternDecoder();
        ulong[] syndrome = new ulong[code.SyndromeLength(1) / 64];
        ulong[] pattern = new ulong[code.Length / 64];
        CancellationToken none = CancellationToken.None;
        Assert.Throws<ArgumentException>(() => decoder.Decode(code, 2, syndrome, code.Length, 0.01, pattern, none));
        Assert.Throws<ArgumentException>(() => decoder.Decode(code, 1, syndrome, code.Length, 0.01, pattern.AsSpan(1), none));
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Decode(code, 0, syndrome, code.Length, 0.01, pattern, none));
        foreach (double noRate in new[] { -1e-9, 0.51, double.NaN, double.PositiveInfinity })
        {
            Assert.Contains(
                "a QBER is 0 to 0.5",
                Assert.Throws<ArgumentOutOfRangeException>(
                    () => decoder.Decode(code, 1, syndrome, code.Length, noRate, pattern, none)).Message,
                StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Decode(code, 1, syndrome, code.Length + 1, 0.01, pattern, none));
    }
}
