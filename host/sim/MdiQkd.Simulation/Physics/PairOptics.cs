using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Physics;

/// <summary>
/// Interference of two coherent states at the 50:50 beam splitter, as shares of the photons that the detectors see. With
/// a_t, b_t the arriving mean photon numbers in bin t: I_{c,t} = (a_t + b_t)/2 + √(M a_t b_t) cos(θ + φ_t), I_{d,t} the same
/// with minus. The sum over the four windows does not depend on θ, so the number of seen photons of a slot is Poisson with
/// mean η(a + b), and each falls independently into bin t with share (a_t + b_t)/(a + b) and there into c with share
/// (1 + V_t cos(θ + φ_t))/2.
/// </summary>
internal readonly struct PairOptics
{
    private readonly double earlyShare;
    private readonly double earlyVisibility;
    private readonly double lateCosine;
    private readonly double lateSine;

    /// <summary>Shares of A's light in the early and in the late bin.</summary>
    public (double Early, double Late) ShareOfA { get; private init; }

    private PairOptics(double mean, double earlyShare, double earlyVisibility, double lateVisibility, double latePhase)
    {
        Mean = mean;
        Click = 1 - Math.Exp(-mean);
        Single = mean * Math.Exp(-mean);
        this.earlyShare = earlyShare;
        this.earlyVisibility = earlyVisibility;
        lateCosine = lateVisibility * Math.Cos(latePhase);
        lateSine = lateVisibility * Math.Sin(latePhase);
    }

    /// <summary>Mean number of photons that the two detectors see in the slot.</summary>
    public double Mean { get; }

    /// <summary>Probability of at least one.</summary>
    public double Click { get; }

    /// <summary>Probability of exactly one.</summary>
    public double Single { get; }

    /// <summary>Optics of two prepared states.</summary>
    public static PairOptics Of(UserLight a, PreparedState stateA, UserLight b, PreparedState stateB, StationSettings station)
    {
        InterferenceSettings quality = station.Interference;
        (double aEarly, double aLate) = a.Arriving(stateA, quality.Extinction);
        (double bEarly, double bLate) = b.Arriving(stateB, quality.Extinction);
        double total = aEarly + aLate + bEarly + bLate;
        return new PairOptics(
            total * station.Detectors.Efficiency,
            total > 0 ? (aEarly + bEarly) / total : 0,
            Visibility(aEarly, bEarly, quality.Overlap),
            Visibility(aLate, bLate, quality.Overlap),
            quality.PhaseErrorRad
                + (Math.PI * (a.PhaseHalfTurns(stateA) - b.PhaseHalfTurns(stateB))))
        {
            ShareOfA = (Share(aEarly, bEarly), Share(aLate, bLate)),
        };
    }

    /// <summary>Probabilities that a photon falls into c early, d early, c late and d late, at phase θ.</summary>
    /// <param name="cosine">cos θ.</param>
    /// <param name="sine">sin θ.</param>
    /// <param name="shares">Receives the four.</param>
    public void Shares(double cosine, double sine, Span<double> shares)
    {
        double early = earlyVisibility * cosine;
        double late = (lateCosine * cosine) - (lateSine * sine);
        shares[0] = 0.5 * earlyShare * (1 + early);
        shares[1] = 0.5 * earlyShare * (1 - early);
        shares[2] = 0.5 * (1 - earlyShare) * (1 + late);
        shares[3] = 0.5 * (1 - earlyShare) * (1 - late);
    }

    private static double Share(double a, double b) => a + b > 0 ? a / (a + b) : 0.5;

    private static double Visibility(double a, double b, double overlap) =>
        a + b > 0 ? 2 * Math.Sqrt(overlap * a * b) / (a + b) : 0;
}
