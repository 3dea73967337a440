namespace MdiQkd.KeyRate.Tests;

public class RepeaterlessBoundTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 1)]
    [InlineData(1e-9, 1.4426950416103062e-9)]
    public void Known_values(double transmittance, double bits) =>
        Assert.Equal(bits, RepeaterlessBound.BitsPerUse(transmittance), 1e-14 * Math.Max(bits, 1e-3));

    [Fact]
    public void Series_and_logarithm_meet() =>
        Assert.Equal(1, RepeaterlessBound.BitsPerUse(0.99999e-4) / 0.99999 / (RepeaterlessBound.BitsPerUse(1.00001e-4) / 1.00001), 1e-8);

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Out_of_range_is_refused(double transmittance) =>
        Assert.Throws<KeyRateInputException>(() => RepeaterlessBound.BitsPerUse(transmittance));
}
