using CsCheck;
using MdiQkd.Sifting;

namespace MdiQkd.Measurement.Tests.Sifting;

public class LabelPlanesTests
{
    private static readonly Gen<byte[]> GenStates = Gen.Byte[0, 7].Array[0, 300];

    [Fact]
    public void Wire_bytes_round_trip() =>
        GenStates.Sample(
            states =>
            {
                LabelPlanes planes = LabelPlanes.FromStates(states);
                Assert.True(LabelPlanes.TryRead(
                    states.Length,
                    BitPlane.ToBytes(planes.High, planes.Events),
                    BitPlane.ToBytes(planes.Low, planes.Events),
                    BitPlane.ToBytes(planes.XBits, planes.XBitCount),
                    out LabelPlanes? read,
                    out LabelPlanesFault fault));
                Assert.Equal(LabelPlanesFault.None, fault);
                Assert.Equal(planes.High, read!.High);
                Assert.Equal(planes.Low, read.Low);
                Assert.Equal(planes.XBits, read.XBits);
                Assert.Equal(planes.XBitCount, read.XBitCount);
            },
            seed: "0000KOIPe5X2");

    [Fact]
    public void Disclosure_holds_labels_and_X_bits_and_nothing_else() =>
        GenStates.Sample(
            states =>
            {
                LabelPlanes planes = LabelPlanes.FromStates(states);
                byte[] hidden = [.. states.Select(s => (s & 3) is 0 or 3 ? (byte)(s ^ 4) : s)];
                LabelPlanes same = LabelPlanes.FromStates(hidden);
                Assert.Equal(planes.High, same.High);
                Assert.Equal(planes.Low, same.Low);
                Assert.Equal(planes.XBits, same.XBits);
                bool[] xBits = [.. states.Where(s => (s & 3) is 1 or 2).Select(s => s > 3)];
                Assert.Equal(SifterTests.Plane(xBits), planes.XBits);
                Assert.Equal(SifterTests.Plane(states.Select(s => (s & 2) != 0)), planes.High);
                Assert.Equal(SifterTests.Plane(states.Select(s => (s & 1) != 0)), planes.Low);
            },
            seed: "0000KOIPe5X2");

    [Theory]
    [InlineData(10, "0000", "ff00", "ff", LabelPlanesFault.None)] // 8 w, then 2 o
    [InlineData(10, "0000", "ff03", "ff03", LabelPlanesFault.None)]
    [InlineData(10, "00", "ff00", "ff", LabelPlanesFault.HighPlane)]
    [InlineData(10, "000000", "ff00", "ff", LabelPlanesFault.HighPlane)]
    [InlineData(10, "0004", "ff00", "ff", LabelPlanesFault.HighPlane)] // bit 10 of 10
    [InlineData(10, "0000", "ff", "ff", LabelPlanesFault.LowPlane)]
    [InlineData(10, "0000", "ff80", "ff", LabelPlanesFault.LowPlane)]
    [InlineData(10, "0000", "ff00", "", LabelPlanesFault.XBits)]
    [InlineData(10, "0000", "ff00", "ff00", LabelPlanesFault.XBits)]
    [InlineData(10, "0000", "7f00", "ff", LabelPlanesFault.XBits)] // 7 X events, 8th bit set
    [InlineData(10, "ff00", "ff00", "ff", LabelPlanesFault.XBits)] // all z: a bit of a Z event
    [InlineData(-1, "", "", "", LabelPlanesFault.HighPlane)]
    [InlineData(0, "", "", "", LabelPlanesFault.None)]
    public void Damaged_disclosures_are_refused_with_the_reason(
        int events, string high, string low, string xBits, LabelPlanesFault expected)
    {
        bool ok = LabelPlanes.TryRead(
            events, Convert.FromHexString(high), Convert.FromHexString(low), Convert.FromHexString(xBits),
            out LabelPlanes? planes, out LabelPlanesFault fault);
        Assert.Equal(expected, fault);
        Assert.Equal(expected == LabelPlanesFault.None, ok);
        Assert.Equal(ok, planes is not null);
    }

    [Fact]
    public void A_wrong_X_bit_count_is_refused()
    {
        Assert.False(LabelPlanes.TryCreate(2, [0], [3], [3], 1, out _, out LabelPlanesFault fault));
        Assert.Equal(LabelPlanesFault.XBits, fault);
        Assert.True(LabelPlanes.TryCreate(2, [0], [3], [3], 2, out _, out _));
    }
}
