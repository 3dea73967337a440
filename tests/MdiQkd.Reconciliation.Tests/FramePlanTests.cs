using CsCheck;

namespace MdiQkd.Reconciliation.Tests;

public sealed class FramePlanTests
{
    [Fact]
    public void Covers_every_sifted_bit_once_and_shortens_only_the_last_frame() =>
        Gen.Select(Gen.Long[0, 5_000_000], Gen.Int[0, 2].Select(CodeBook.LiftingSize).Select(size => size * 1024)).Sample((bits, length) =>
        {
            IReadOnlyList<Frame> frames = FramePlan.Cut(bits, length);
            long next = 0;
            foreach (Frame frame in frames)
            {
                Assert.Equal(next, frame.Offset);
                Assert.InRange(frame.RealBits, 1, frame.Length);
                Assert.True(frame.Length <= length);
                next += frame.RealBits;
            }

            Assert.Equal(bits, next);
            Assert.All(frames.SkipLast(1), frame => Assert.Equal(frame.Length, frame.RealBits));
        });

    [Fact]
    public void Falls_to_shorter_frames_for_the_rest() =>
        Assert.Equal(
            [new Frame(0, 262_144, 262_144), new Frame(262_144, 65_536, 65_536), new Frame(327_680, 65_536, 100)],
            FramePlan.Cut(327_780, 262_144));

    [Fact]
    public void Refuses_a_length_without_codes()
    {
        Assert.Throws<ArgumentException>(() => FramePlan.Cut(1, 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => FramePlan.Cut(-1, 65_536));
        Assert.Empty(FramePlan.Cut(0, 65_536));
    }
}
