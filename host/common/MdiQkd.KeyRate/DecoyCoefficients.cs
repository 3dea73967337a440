using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate;

/// <summary>
/// Coefficients of the analytic lower bound s11 ≥ [cw (S_ww − H) − cv (S_vv − H′)] / D for independent intensities of A and B:
/// Wang, PRA 87, 012320 (2013); Yu, Zhou, Wang. Of the two ways to eliminate two-photon terms the one whose remainder has the right
/// sign is taken: Ka ≤ Kb or not.
/// </summary>
internal readonly struct DecoyCoefficients
{
    internal DecoyCoefficients(UserParameters a, UserParameters b)
        : this(a.V, a.W, b.V, b.W)
    {
    }

    internal DecoyCoefficients(double vA, double wA, double vB, double wB)
    {
        A0w = Poisson(0, wA);
        B0w = Poisson(0, wB);
        A0v = Poisson(0, vA);
        B0v = Poisson(0, vB);
        double a1w = Poisson(1, wA);
        double b1w = Poisson(1, wB);
        double a1v = Poisson(1, vA);
        double b1v = Poisson(1, vB);
        double a2w = Poisson(2, wA);
        double b2w = Poisson(2, wB);
        double a2v = Poisson(2, vA);
        double b2v = Poisson(2, vB);
        SinglesW = a1w * b1w;
        double ka = a1v * b2v / (a1w * b2w);
        double kb = a2v * b1v / (a2w * b1w);
        if (ka <= kb)
        {
            Cw = a1v * b2v;
            Cv = a1w * b2w;
            D = a1w * a1v * ((b1w * b2v) - (b1v * b2w));
        }
        else
        {
            Cw = a2v * b1v;
            Cv = a2w * b1w;
            D = b1w * b1v * ((a1w * a2v) - (a1v * a2w));
        }
    }

    /// <summary>Weight of the w–w yield.</summary>
    internal double Cw { get; }

    /// <summary>Weight of the v–v yield.</summary>
    internal double Cv { get; }

    /// <summary>Denominator; positive because w &lt; v for both users.</summary>
    internal double D { get; }

    /// <summary>Vacuum probability of A's w.</summary>
    internal double A0w { get; }

    /// <summary>Vacuum probability of B's w.</summary>
    internal double B0w { get; }

    /// <summary>Vacuum probability of A's v.</summary>
    internal double A0v { get; }

    /// <summary>Vacuum probability of B's v.</summary>
    internal double B0v { get; }

    /// <summary>Probability that w–w is a pair of single photons.</summary>
    internal double SinglesW { get; }
}
