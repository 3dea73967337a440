using MdiQkd.KeyRate.Decoy;

namespace MdiQkd.KeyRate.Tests.Decoy;

public class BoundedLinearProgramTests(ITestOutputHelper output)
{
    private const int Columns = 3;
    private const int Rows = 2;
    private const int Programmes = 600;

    [Fact]
    public void Meets_a_solution_known_by_hand()
    {
        // min −x − 2y with x + y ≤ 1, 0.2 ≤ x, y ≤ 0.7: x = 0.3, y = 0.7.
        BoundedLinearProgram program = new(
            new double[,] { { 1, 1 }, { 1, 0 } }, [0, 0.2], [1, 1], [1, 0.7], [-1, -2]);
        Assert.True(program.TryMinimum(out double bound));
        Assert.Equal(-1.7, bound, 1e-12);
        Assert.True(bound <= -1.7);

        BoundedLinearProgram impossible = new(new double[,] { { 1, 1 } }, [3], [4], [1, 1], [1, 1]);
        Assert.False(impossible.TryMinimum(out _));
    }

    [Fact]
    public void Never_exceeds_and_always_meets_the_best_corner_of_random_programmes()
    {
        Random random = new(17);
        int solved = 0;
        for (int trial = 0; trial < Programmes; trial++)
        {
            double[] limit = [.. Enumerable.Range(0, Columns).Select(_ => 0.2 + random.NextDouble())];
            double[] cost = [.. Enumerable.Range(0, Columns).Select(_ => (2 * random.NextDouble()) - 1)];
            double[] point = [.. limit.Select(u => u * random.NextDouble())];
            double[,] a = new double[Rows, Columns];
            double[] low = new double[Rows];
            double[] high = new double[Rows];
            for (int i = 0; i < Rows; i++)
            {
                for (int j = 0; j < Columns; j++)
                {
                    // Every fourth is zero, and the columns of a row differ by orders of magnitude, as Poisson weights do.
                    a[i, j] = random.Next(4) == 0 ? 0 : Math.Pow(10, -3 * random.NextDouble());
                }

                // Every other row is an equation; every fifth asks for more than the point gives, and perhaps than there is.
                high[i] = point.Select((y, j) => a[i, j] * y).Sum() * (random.Next(5) == 0 ? 3 : 1);
                low[i] = random.Next(2) == 0 ? high[i] : high[i] * random.NextDouble();
            }

            double? best = BestCorner(a, low, high, limit, cost);
            bool feasible = new BoundedLinearProgram(a, low, high, limit, cost).TryMinimum(out double bound);
            Assert.True(feasible == best is not null, $"programme {trial}: {feasible}, corner {best}");
            if (best is { } corner)
            {
                solved++;
                Assert.True(bound <= corner + 1e-14, $"programme {trial}: bound {bound} above the corner {corner}");
                Assert.Equal(corner, bound, 1e-9);
            }
        }

        output.WriteLine($"{solved} of {Programmes} programmes have a solution");
        Assert.InRange(solved, Programmes / 2, Programmes - 10);
    }

    // The minimum over a bounded polytope is at a corner: three of the ten inequalities hold as equations there.
    private static double? BestCorner(double[,] a, double[] low, double[] high, double[] limit, double[] cost)
    {
        List<(double[] Row, double Value)> planes = [];
        for (int j = 0; j < Columns; j++)
        {
            double[] unit = [.. Enumerable.Range(0, Columns).Select(k => k == j ? 1.0 : 0)];
            planes.AddRange([(unit, 0), (unit, limit[j])]);
        }

        for (int i = 0; i < Rows; i++)
        {
            double[] row = [.. Enumerable.Range(0, Columns).Select(j => a[i, j])];
            planes.AddRange([(row, low[i]), (row, high[i])]);
        }

        double? best = null;
        for (int p = 0; p < planes.Count; p++)
        {
            for (int q = p + 1; q < planes.Count; q++)
            {
                for (int r = q + 1; r < planes.Count; r++)
                {
                    if (Intersection(planes[p], planes[q], planes[r]) is { } y && IsInside(y))
                    {
                        double value = y.Zip(cost, (x, c) => x * c).Sum();
                        best = Math.Min(best ?? value, value);
                    }
                }
            }
        }

        return best;

        bool IsInside(double[] y)
        {
            const double Slack = 1e-10;
            bool inside = y.Zip(limit).All(pair => pair.First >= -Slack && pair.First <= pair.Second + Slack);
            for (int i = 0; i < Rows && inside; i++)
            {
                double sum = Enumerable.Range(0, Columns).Sum(j => a[i, j] * y[j]);
                inside = sum >= low[i] - Slack && sum <= high[i] + Slack;
            }

            return inside;
        }
    }

    // Cramer's rule; null for planes that do not meet in one point.
    private static double[]? Intersection((double[] Row, double Value) p, (double[] Row, double Value) q, (double[] Row, double Value) r)
    {
        double whole = Determinant(p.Row, q.Row, r.Row);
        if (Math.Abs(whole) < 1e-9)
        {
            return null;
        }

        double[] y = new double[Columns];
        for (int j = 0; j < Columns; j++)
        {
            y[j] = Determinant(With(p), With(q), With(r)) / whole;

            double[] With((double[] Row, double Value) plane)
            {
                double[] row = [.. plane.Row];
                row[j] = plane.Value;
                return row;
            }
        }

        return y;
    }

    private static double Determinant(double[] p, double[] q, double[] r) =>
        (p[0] * ((q[1] * r[2]) - (q[2] * r[1]))) - (p[1] * ((q[0] * r[2]) - (q[2] * r[0]))) + (p[2] * ((q[0] * r[1]) - (q[1] * r[0])));
}
