namespace MdiQkd.KeyRate.Tests;

public class ElementaryTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-18)]
    [InlineData(-1e-9)]
    [InlineData(3e-5)]
    [InlineData(-0.49)]
    [InlineData(0.51)]
    [InlineData(-3)]
    public void Expm1_keeps_relative_accuracy(double x)
    {
        // Taylor series in decimal, 28 digits.
        decimal term = 1;
        decimal sum = 0;
        for (int k = 1; k < 60; k++)
        {
            term *= (decimal)x / k;
            sum += term;
        }

        Assert.Equal((double)sum, Elementary.Expm1(x), 1e-15 * Math.Abs(x));
    }

    [Fact]
    public void Chernoff_exponent_is_continuous_where_the_series_takes_over()
    {
        foreach (double d in new[] { 0.05, -0.05 })
        {
            double direct = ((1 + d) * Math.Log(1 + d)) - d;
            Assert.Equal(direct, Elementary.ChernoffExponent(d), 1e-16);
            Assert.Equal(1, Elementary.ChernoffExponent(1e-9 * d) / (0.5e-18 * d * d), 1e-8);
        }
    }

    [Theory]
    [InlineData(0.5, 1.0634833707413236)]
    [InlineData(1, 1.2660658777520084)]
    [InlineData(10, 2815.716628466254)]
    public void Bessel_function(double x, double expected) => Assert.Equal(expected, Elementary.BesselI0(x), 1e-14 * expected);

    [Fact]
    public void Binary_entropy_never_falls_beyond_one_half()
    {
        Assert.Equal(0, Elementary.BinaryEntropy(0));
        Assert.Equal(0.5, Elementary.BinaryEntropy(0.11002786443835955), 1e-14);
        Assert.Equal(1, Elementary.BinaryEntropy(0.5));
        Assert.Equal(1, Elementary.BinaryEntropy(0.9));
    }
}
