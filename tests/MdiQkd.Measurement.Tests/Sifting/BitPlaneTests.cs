using System.Runtime.Intrinsics.X86;
using CsCheck;
using MdiQkd.Sifting;

namespace MdiQkd.Measurement.Tests.Sifting;

[Trait("Lane", "Simd")]
public class BitPlaneTests
{
    private static readonly Gen<ulong> GenWord = Gen.OneOf(Gen.ULong, Gen.ULong[0, 3], Gen.Const(0ul), Gen.Const(ulong.MaxValue));

    private static readonly Gen<(ulong Bits, ulong Mask)[]> GenPlanes = Gen.Select(Gen.ULong, GenWord).Array[0, 20];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Extract_equals_a_loop_over_bits_and_deposit_is_its_inverse(bool accelerated)
    {
        Assert.SkipUnless(!accelerated || Bmi2.X64.IsSupported, "this machine has no BMI2");
        GenPlanes.Sample(
            planes =>
            {
                ulong[] bits = [.. planes.Select(p => p.Bits)];
                ulong[] mask = [.. planes.Select(p => p.Mask)];
                bool[] expected = [.. Bits(bits).Zip(Bits(mask)).Where(p => p.Second).Select(p => p.First)];
                ulong[] compact = new ulong[BitPlane.Words(expected.Length) + 1];
                Array.Fill(compact, ulong.MaxValue);
                Assert.Equal(expected.Length, BitPlane.Extract(bits, mask, compact, accelerated));
                Assert.Equal(SifterTests.Plane(expected), compact[..^1]);
                Assert.Equal(0ul, compact[^1]);

                ulong[] spread = new ulong[bits.Length];
                BitPlane.Deposit(compact, mask, spread, accelerated);
                Assert.Equal(planes.Select(p => p.Bits & p.Mask), spread);
            },
            seed: "0000KOIPe5X2");
    }

    [Fact]
    public void Packed_bytes_become_planes() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 7]).Sample(
            (bytes, position) =>
            {
                ulong[] plane = new ulong[BitPlane.Words(bytes.Length)];
                Array.Fill(plane, ulong.MaxValue);
                BitPlane.FromPacked(bytes, position, plane);
                Assert.Equal(SifterTests.Plane(bytes.Select(b => (b >> position & 1) != 0)), plane);
            },
            seed: "0000KOIPe5X2");

    private static IEnumerable<bool> Bits(ulong[] plane) =>
        plane.SelectMany(word => Enumerable.Range(0, 64).Select(i => (word >> i & 1) != 0));
}
