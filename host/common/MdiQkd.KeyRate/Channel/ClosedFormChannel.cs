using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate.Channel;

/// <summary>
/// Closed-form gains for ideal interference (M = 1, no extinction or phase error, misalignment as a flip probability):
/// Ma, Fung, Razavi, PRA 86, 052305 (2012). Agrees with <see cref="ExactChannel"/> wherever both apply; kept as the independent check of
/// the quadrature and for fast asymptotic sweeps. k = 1 if both Bell states are accepted, 1/2 if |ψ⁻⟩ only.
/// </summary>
public sealed class ClosedFormChannel
{
    private readonly double k;
    private readonly double dark;
    private readonly double etaA;
    private readonly double etaB;
    private readonly ChannelParameters parameters;

    /// <summary>Channel with the given parameters.</summary>
    /// <exception cref="KeyRateInputException">A parameter is out of range, or not covered by the closed form.</exception>
    public ClosedFormChannel(ChannelParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        this.parameters = parameters.Validated();
        KeyRateInputException.RequireRange(parameters.Overlap, 1, 1);
        KeyRateInputException.RequireRange(parameters.Extinction, 0, 0);
        KeyRateInputException.RequireRange(parameters.PhaseErrorRad, 0, 0);
        k = parameters.AcceptPsiPlus ? 1 : 0.5;
        dark = parameters.DarkCountsPerWindow;
        etaA = parameters.TransmittanceA;
        etaB = parameters.TransmittanceB;
    }

    /// <summary>Gain and error gain when both send in the Z basis.</summary>
    public PairGain GainZ(double intensityA, double intensityB)
    {
        double arrivingA = etaA * intensityA;
        double arrivingB = etaB * intensityB;
        double s = arrivingA + arrivingB;
        double x = 0.5 * Math.Sqrt(arrivingA * arrivingB);
        double bright = 1 - dark;
        double correct = 2 * bright * bright * Math.Exp(-0.5 * s) * ClickOf(0.5 * arrivingA) * ClickOf(0.5 * arrivingB);
        double wrong = 2 * dark * bright * bright * Math.Exp(-0.5 * s) * (BesselI0(2 * x) - (bright * Math.Exp(-0.5 * s)));
        double misaligned = parameters.MisalignmentZ;
        return new(k * (correct + wrong), k * ((misaligned * correct) + ((1 - misaligned) * wrong)));
    }

    /// <summary>Gain and error gain when both send in the X basis.</summary>
    public PairGain GainX(double intensityA, double intensityB)
    {
        double arrivingA = etaA * intensityA;
        double arrivingB = etaB * intensityB;
        double x = 0.5 * Math.Sqrt(arrivingA * arrivingB);
        double y = (1 - dark) * Math.Exp(-0.25 * (arrivingA + arrivingB));
        double i0 = BesselI0(x);
        double correct = 2 * y * y * ((y * y) - (2 * y * i0) + BesselI0(2 * x));
        double wrong = 2 * y * y * (1 + (y * y) - (2 * y * i0));
        double misaligned = parameters.MisalignmentX;
        return new(k * (correct + wrong), k * ((misaligned * correct) + ((1 - misaligned) * wrong)));
    }

    /// <summary>Yield of single-photon pairs, the same in both bases.</summary>
    public double SinglePairYield
    {
        get
        {
            double bright = 1 - dark;
            double both = etaA * etaB;
            return k * bright * bright * ((0.5 * both) + (((2 * etaA) + (2 * etaB) - (3 * both)) * dark)
                + (4 * (1 - etaA) * (1 - etaB) * dark * dark));
        }
    }

    /// <summary>Error rate e11 of single-photon pairs in the X basis: the phase-error rate of key pairs.</summary>
    public double SinglePairErrorX
    {
        get
        {
            double bright = 1 - dark;
            double wrong = k * dark * bright * bright
                * (etaA + etaB - (1.5 * etaA * etaB) + (2 * dark * (1 - etaA) * (1 - etaB)));
            double yield = SinglePairYield;
            double misaligned = parameters.MisalignmentX;
            return yield > 0 ? ((misaligned * (yield - wrong)) + ((1 - misaligned) * wrong)) / yield : 0.5;
        }
    }

    private double ClickOf(double mean) => dark - ((1 - dark) * Expm1(-mean));
}
