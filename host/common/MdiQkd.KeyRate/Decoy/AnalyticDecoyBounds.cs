using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.Decoy;

/// <summary>
/// Analytic bounds on single-photon pairs from two decoy intensities and vacuum per user with exactly known gains: Wang, PRA 87, 012320
/// (2013); Yu, Zhou, Wang, PRA 91, 032318 (2015). <see cref="DoubleScanning"/> uses the same formulas on finite statistics.
/// </summary>
public static class AnalyticDecoyBounds
{
    /// <summary>Asymptotic bounds for intensities w &lt; v of each user, all sent in the X basis.</summary>
    /// <param name="channel">Gains.</param>
    /// <param name="vA">Stronger decoy of A.</param>
    /// <param name="wA">Weaker decoy of A.</param>
    /// <param name="vB">Stronger decoy of B.</param>
    /// <param name="wB">Weaker decoy of B.</param>
    /// <exception cref="KeyRateInputException">Not 0 &lt; w &lt; v.</exception>
    public static SinglePairBounds Evaluate(ExactChannel channel, double vA, double wA, double vB, double wB)
    {
        ArgumentNullException.ThrowIfNull(channel);
        KeyRateInputException.RequireInside(vA, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireInside(vB, 0, UserParameters.IntensityMax);
        KeyRateInputException.RequireInside(wA, 0, vA);
        KeyRateInputException.RequireInside(wB, 0, vB);
        DecoyCoefficients k = new(vA, wA, vB, wB);
        PairGain ww = Gain(wA, wB);
        double vacuum = Gain(0, 0).Gain;
        double h = (k.A0w * Gain(0, wB).Gain) + (k.B0w * Gain(wA, 0).Gain) - (k.A0w * k.B0w * vacuum);
        double hStrong = (k.A0v * Gain(0, vB).Gain) + (k.B0v * Gain(vA, 0).Gain) - (k.A0v * k.B0v * vacuum);
        double s11 = ((k.Cw * (ww.Gain - h)) - (k.Cv * (Gain(vA, vB).Gain - hStrong))) / k.D;
        if (s11 <= 0)
        {
            return SinglePairBounds.None;
        }

        double e11 = (ww.ErrorGain - (0.5 * h)) / (k.SinglesW * s11);
        return new(s11, Math.Clamp(e11, 0, 0.5));

        PairGain Gain(double a, double b) => channel.Gain(a, QubitBasis.X, b, QubitBasis.X);
    }
}
