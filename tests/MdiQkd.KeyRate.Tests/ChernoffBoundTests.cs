namespace MdiQkd.KeyRate.Tests;

public class ChernoffBoundTests
{
    [Fact]
    public void Reference_samples()
    {
        ChernoffBound simple = new(1e-10, ChernoffKind.Simple);
        ChernoffBound tight = new(1e-10, ChernoffKind.Tight);
        Equal(773.581864471051, simple.ExpectationLower(1000));
        Equal(1238.8542356964692, simple.ExpectationUpper(1000));
        Equal(800.4714959781651, tight.ExpectationLower(1000));
        Equal(1230.2139407945403, tight.ExpectationUpper(1000));
        Equal(785.4033973710652, simple.CountLower(1000));
        Equal(1226.418135528949, simple.CountUpper(1000));
        Equal(793.2244595163497, tight.CountLower(1000));
        Equal(1222.1419273490462, tight.CountUpper(1000));
    }

    [Fact]
    public void Joint_constraint_samples()
    {
        ChernoffBound simple = new(1e-10, ChernoffKind.Simple);
        Equal(61.87980145509205, JointConstraint.Lower(simple, [(3, 10), (1, 100), (2, 50)]));
        Equal(476.8135513732334, JointConstraint.Upper(simple, [(2, 50), (3, 10), (1, 100)]));
    }

    [Theory]
    [InlineData(1e-10)]
    [InlineData(1e-3)]
    [InlineData(0.05)]
    public void Tight_solves_its_equation_and_is_never_looser_than_simple(double epsilon)
    {
        double beta = -Math.Log(epsilon);
        ChernoffBound simple = new(epsilon, ChernoffKind.Simple);
        ChernoffBound tight = new(epsilon, ChernoffKind.Tight);
        foreach (double x in new[] { 1e-3, 0.3, 1, 2, 7, 30, 46.1, 500, 1e5, 1e9, 1e13 })
        {
            Ordered(simple.ExpectationLower(x), tight.ExpectationLower(x), x, tight.ExpectationUpper(x), simple.ExpectationUpper(x));
            Ordered(simple.CountLower(x), tight.CountLower(x), x, tight.CountUpper(x), simple.CountUpper(x));
            Solves(tight.ExpectationLower(x), x);
            Solves(tight.ExpectationUpper(x), x);
            Solves(x, tight.CountLower(x));
            Solves(x, tight.CountUpper(x));
        }

        void Solves(double expectation, double count)
        {
            if (expectation <= 0 || count <= 0)
            {
                return;
            }

            // One part in 1e15 of the count changes the left side by less than this.
            double left = expectation * Elementary.ChernoffExponent((count - expectation) / expectation);
            Assert.Equal(beta, left, (1e-9 * beta) + (1e-15 * Math.Sqrt(beta * expectation)));
        }

        static void Ordered(double a, double b, double c, double d, double e)
        {
            double rounding = 1e-12 * e;
            Assert.True(a <= b + rounding && b <= c && c <= d && d <= e + rounding, $"{a} {b} {c} {d} {e}");
        }
    }

    [Fact]
    public void Nothing_observed()
    {
        double beta = Math.Log(1e10);
        ChernoffBound simple = new(1e-10, ChernoffKind.Simple);
        ChernoffBound tight = new(1e-10, ChernoffKind.Tight);
        Assert.Equal(0, simple.ExpectationLower(0));
        Assert.Equal(0, tight.ExpectationLower(0));
        Equal(2 * beta, simple.ExpectationUpper(0));
        Equal(beta, tight.ExpectationUpper(0));
        Assert.Equal(0, tight.CountLower(beta));
        Assert.Equal(0, tight.CountUpper(0));
    }

    [Fact]
    public void Bounds_fail_no_more_often_than_epsilon()
    {
        // 20,000 Poisson counts of mean 40 at ε = 0.05 per side: expected failures ≤ 1,000, σ = 31.
        const double Epsilon = 0.05;
        const int Trials = 20_000;
        ChernoffBound tight = new(Epsilon, ChernoffKind.Tight);
        Random random = new(7);
        int above = 0;
        int below = 0;
        for (int i = 0; i < Trials; i++)
        {
            int count = 0;
            for (double product = random.NextDouble(); product > Math.Exp(-40); product *= random.NextDouble())
            {
                count++;
            }

            above += tight.ExpectationLower(count) > 40 ? 1 : 0;
            below += tight.ExpectationUpper(count) < 40 ? 1 : 0;
        }

        Assert.InRange(above, 1, 1_000 + 125);
        Assert.InRange(below, 1, 1_000 + 125);
    }

    private static void Equal(double expected, double actual) => Assert.Equal(expected, actual, 1e-12 * expected);
}
