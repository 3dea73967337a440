using System.Runtime.Intrinsics.X86;
using CsCheck;
using MdiQkd.Protocol;
using MdiQkd.Sifting;

namespace MdiQkd.Measurement.Tests.Sifting;

[Trait("Lane", "Simd")]
public class SifterTests
{
    private static readonly Gen<(byte A, byte B, bool Plus)[]> GenEvents =
        Gen.Select(Gen.Byte[0, 7], Gen.Byte[0, 7], Gen.Bool).Array[0, 400];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Counts_errors_and_mask_equal_those_of_a_loop_over_events(bool accelerated)
    {
        Assert.SkipUnless(!accelerated || Bmi2.X64.IsSupported, "this machine has no BMI2");
        GenEvents.Sample(
            events =>
            {
                SiftResult result = Sifter.Sift(
                    LabelPlanes.FromStates([.. events.Select(e => e.A)]),
                    LabelPlanes.FromStates([.. events.Select(e => e.B)]),
                    Plane(events.Select(e => e.Plus)),
                    accelerated);
                foreach (IntensityLabel a in Enum.GetValues<IntensityLabel>())
                {
                    foreach (IntensityLabel b in Enum.GetValues<IntensityLabel>())
                    {
                        var of = events
                            .Select(e => (A: new PreparedState(e.A), B: new PreparedState(e.B), e.Plus))
                            .Where(e => e.A.Label == a && e.B.Label == b)
                            .ToList();
                        Assert.Equal(of.Count, result.Counts[a, b]);
                        if (a is IntensityLabel.V or IntensityLabel.W && b is IntensityLabel.V or IntensityLabel.W)
                        {
                            Assert.Equal(of.Count(e => (e.A.Bit == e.B.Bit) != e.Plus), result.Counts.Errors(a, b));
                        }
                    }
                }

                Assert.Equal(Plane(events.Select(e => (e.A & e.B & 3) == 3)), result.ZzMask);
                Assert.Equal(BitPlane.Count(result.ZzMask), result.ZzCount);
            },
            seed: "0000KOIPe5X2");
    }

    [Fact]
    public void Without_a_psi_plus_plane_all_events_are_psi_minus()
    {
        // vv equal: error; vv different: none; wv equal: error; zz equal: no X event.
        LabelPlanes a = LabelPlanes.FromStates([0b110, 0b110, 0b001, 0b111]);
        LabelPlanes b = LabelPlanes.FromStates([0b110, 0b010, 0b010, 0b111]);
        SiftResult result = Sifter.Sift(a, b, []);
        Assert.Equal(2, result.Counts[IntensityLabel.V, IntensityLabel.V]);
        Assert.Equal(1, result.Counts.Errors(IntensityLabel.V, IntensityLabel.V));
        Assert.Equal(1, result.Counts.Errors(IntensityLabel.W, IntensityLabel.V));
        Assert.Equal(0, result.Counts.Errors(IntensityLabel.V, IntensityLabel.W));
        Assert.Equal([0b1000ul], result.ZzMask);
    }

    [Fact]
    public void Errors_of_undisclosed_bits_cannot_be_asked_for()
    {
        SiftResult result = Sifter.Sift(LabelPlanes.FromStates([7]), LabelPlanes.FromStates([7]), []);
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Counts.Errors(IntensityLabel.Z, IntensityLabel.Z));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Counts.Errors(IntensityLabel.V, IntensityLabel.O));
    }

    [Fact]
    public void Disclosures_of_different_lists_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sifter.Sift(LabelPlanes.FromStates([1]), LabelPlanes.FromStates([1, 1]), []));
        Assert.Throws<ArgumentException>(() => Sifter.Sift(LabelPlanes.FromStates([1]), LabelPlanes.FromStates([1]), [0, 0]));
    }

    internal static ulong[] Plane(IEnumerable<bool> bits)
    {
        bool[] array = [.. bits];
        ulong[] plane = new ulong[BitPlane.Words(array.Length)];
        for (int i = 0; i < array.Length; i++)
        {
            plane[i / 64] |= (array[i] ? 1ul : 0) << (i % 64);
        }

        return plane;
    }
}
