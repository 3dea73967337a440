using System.Text.Json;

namespace MdiQkd.KeyRate.Tests;

public class ReferenceVectorTests
{
    public static TheoryData<int> Indices => [.. Enumerable.Range(0, 66)];

    [Fact]
    public void There_are_66_vectors() => Assert.Equal(66, ReferenceVector.All.Count);

    [Theory]
    [MemberData(nameof(Indices))]
    public void Vector_is_met_at_1e_6(int index)
    {
        ReferenceVector vector = ReferenceVector.All[index];
        KeyLengthResult result = vector.Evaluate();
        Met("ell", result.Ell);
        Met("s11", result.S11);
        Met("e11", result.E11);
        Met("n11", result.N11);
        Met("phi", result.Phi);
        Met("leak", result.Leak);
        Met("C", result.C);
        Met("M", result.M);
        Met("H", result.H);

        void Met(string field, double actual)
        {
            if (vector.Out.TryGetProperty(field, out JsonElement expected))
            {
                double value = expected.GetDouble();
                Assert.True(Math.Abs(actual - value) <= 1e-6 * Math.Abs(value), $"{field}: expected {value}, got {actual}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Key_length_does_not_depend_on_the_scale_n(int index)
    {
        ReferenceVector vector = ReferenceVector.All[index];
        double ell = vector.Evaluate().Ell;
        foreach (double scale in new[] { 2.0, 10.0 })
        {
            ReferenceVector scaled = vector with { Parameters = vector.Parameters with { N = vector.Parameters.N * scale } };

            // Only rounding differs.
            Assert.Equal(ell, scaled.Evaluate().Ell, 1e-9 * ell);
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Exchanging_the_users_changes_nothing(int index)
    {
        // Made asymmetric, so that both branches of the decoy bound are taken.
        ReferenceVector vector = ReferenceVector.All[index];
        UserParameters a = vector.Parameters.A;
        UserParameters b = a with { Z = 1.05 * a.Z, V = 1.1 * a.V, W = 0.95 * a.W, Pw = a.Pw - 0.01, Po = a.Po + 0.01 };
        FourIntensityCounts c = vector.Counts with { N0w = Math.Floor(0.9 * vector.Counts.N0w), Nv0 = Math.Floor(0.97 * vector.Counts.Nv0) };
        FourIntensityCounts exchanged = c with { N0w = c.Nw0, Nw0 = c.N0w, N0v = c.Nv0, Nv0 = c.N0v };
        double ab = (vector with { Parameters = new(vector.Parameters.N, a, b), Counts = c }).Evaluate().Ell;
        double ba = (vector with { Parameters = new(vector.Parameters.N, b, a), Counts = exchanged }).Evaluate().Ell;
        Assert.Equal(ab, ba, 1e-9 * Math.Max(Math.Abs(ab), vector.Leak));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void One_dimensional_scan_is_the_minimum_over_the_plane(int index)
    {
        ReferenceVector vector = ReferenceVector.All[index];
        if (vector.Options.Method != EstimationMethod.DoubleScan)
        {
            return;
        }

        KeyLengthResult scanned = vector.Evaluate();
        double plane = PlaneMinimum(vector, 40);
        double rounding = 1e-12 * vector.Leak;
        Assert.True(scanned.Ell <= plane + rounding, $"the scan missed {plane - scanned.Ell} bits");

        // The corner or edge minimum lies between grid points: the key length is smooth, and the grid misses little.
        Assert.Equal(plane, scanned.Ell, 2e-3 * scanned.N11);
    }

    private static double PlaneMinimum(ReferenceVector vector, int points)
    {
        FourIntensityParameters p = vector.Parameters;
        ChernoffBound chernoff = new(vector.Security.Epsilon, vector.Options.Chernoff);
        DecoyCoefficients k = new(p.A, p.B);
        YieldBounds bounds = YieldBounds.From(p, vector.Counts, k, chernoff);
        double singles = p.N * p.A.Pz * p.B.Pz * p.A.Z * Math.Exp(-p.A.Z) * p.B.Z * Math.Exp(-p.B.Z);
        double lowest = double.MaxValue;
        for (int i = 0; i <= points; i++)
        {
            double m = bounds.ErrorLower + ((bounds.ErrorUpper - bounds.ErrorLower) * i / points);
            for (int j = 0; j <= points; j++)
            {
                double h = bounds.VacuumLower + ((bounds.VacuumUpper - bounds.VacuumLower) * j / points);
                double s11 = (bounds.CorrectLower - bounds.StrongUpper + (k.Cw * (m - h))) / k.D;
                double u = m - (h / 2);
                if (u < 0)
                {
                    continue;
                }

                double n11 = s11 > 0 ? chernoff.CountLower(singles * s11) : 0;
                double phi = n11 > 0 ? chernoff.CountUpper(n11 * u / (k.SinglesW * s11)) / n11 : 0.5;
                double ell = (n11 * (1 - Elementary.BinaryEntropy(phi))) - vector.Leak - vector.Security.ConstantBits;
                lowest = Math.Min(lowest, ell);
            }
        }

        return lowest;
    }
}
