using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>Expected counts of pairs by label, and what they show about single-photon pairs.</summary>
/// <param name="channel">Gains of two rounds as the two bins of a slot.</param>
/// <param name="scale">Pairs / p²: pairs with a label are scale × probability of the label × gain. A scale only, like N of a block.</param>
/// <param name="a">Settings of A.</param>
/// <param name="b">Settings of B.</param>
/// <param name="keptShare">Share of X–X pairs with agreeing phases.</param>
internal sealed class PairStatistics(ExactChannel channel, double scale, ModePairingUser a, ModePairingUser b, double keptShare)
{
    /// <summary>N_zz: scale × probability that both have one pulse μ and one vacuum.</summary>
    internal double SignalSlots => scale * OnePulse(a, a.Pmu) * OnePulse(b, b.Pmu);

    /// <summary>Raw key: both have one pulse μ and one vacuum.</summary>
    internal (double Sifted, double Errors) SignalPairs()
    {
        PairGain gain = channel.Gain(a.Mu, QubitBasis.Z, b.Mu, QubitBasis.Z);
        return (SignalSlots * gain.Gain, SignalSlots * gain.ErrorGain);
    }

    /// <summary>Lower bounds on yield and number of single-photon pairs among the raw key, upper bound on their phase-error rate.</summary>
    internal (double Yield, double Phi, double N11) Bound(ChernoffBound chernoff, double signalSingles)
    {
        DecoyCoefficients k = new(a.Mu, a.Nu, b.Mu, b.Nu);
        double vacuumA = a.Po * a.Po;
        double vacuumB = b.Po * b.Po;
        Observed weak = Z(a.Nu, OnePulse(a, a.Pnu), b.Nu, OnePulse(b, b.Pnu));
        Observed strong = Z(a.Mu, OnePulse(a, a.Pmu), b.Mu, OnePulse(b, b.Pmu));
        Observed strongA = Z(a.Mu, OnePulse(a, a.Pmu), 0, vacuumB);
        Observed strongB = Z(0, vacuumA, b.Mu, OnePulse(b, b.Pmu));
        Observed weakA = Z(a.Nu, OnePulse(a, a.Pnu), 0, vacuumB);
        Observed weakB = Z(0, vacuumA, b.Nu, OnePulse(b, b.Pnu));
        Observed nothing = Z(0, vacuumA, 0, vacuumB);
        Span<(double, double)> lower = [weak.Term(k.Cw), strongB.Term(k.Cv * k.A0v), strongA.Term(k.Cv * k.B0v)];
        Span<(double, double)> upper = [strong.Term(k.Cv), nothing.Term(k.Cv * k.A0v * k.B0v)];
        Span<(double, double)> vacuum = [weakB.Term(k.A0w), weakA.Term(k.B0w)];
        double h = JointConstraint.Upper(chernoff, vacuum)
            - (k.A0w * k.B0w * chernoff.ExpectationLower(nothing.Count) / nothing.Slots);
        double yield = (JointConstraint.Lower(chernoff, lower) - JointConstraint.Upper(chernoff, upper) - (k.Cw * h)) / k.D;
        double n11 = yield > 0 ? chernoff.CountLower(signalSingles * yield) : 0;
        if (n11 <= 0)
        {
            return (0, 0.5, 0);
        }

        double phi = chernoff.CountUpper(n11 * PhaseErrorYield(chernoff, nothing) / yield) / n11;
        return (yield, Math.Min(phi, 0.5), n11);
    }

    // Error yield of single-photon pairs from the X–X pairs of ν with ν; half of the vacuum part are errors.
    private double PhaseErrorYield(ChernoffBound chernoff, Observed nothing)
    {
        double twiceA = 2 * a.Nu;
        double twiceB = 2 * b.Nu;
        double bothA = a.Pnu * a.Pnu;
        double bothB = b.Pnu * b.Pnu;
        double slots = scale * bothA * bothB * keptShare;
        double errors = slots * channel.Gain(twiceA, QubitBasis.X, twiceB, QubitBasis.X).ErrorGain;
        Observed onlyA = X(twiceA, bothA, 0, b.Po * b.Po);
        Observed onlyB = X(0, a.Po * a.Po, twiceB, bothB);
        double noneA = Math.Exp(-twiceA);
        double noneB = Math.Exp(-twiceB);
        Span<(double, double)> vacuum = [onlyB.Term(noneA), onlyA.Term(noneB)];
        double h = JointConstraint.Lower(chernoff, vacuum)
            - (noneA * noneB * chernoff.ExpectationUpper(nothing.Count) / nothing.Slots);
        double shown = (chernoff.ExpectationUpper(errors) / slots) - (0.5 * Math.Max(0, h));
        return Math.Max(0, shown) / (twiceA * noneA * twiceB * noneB);
    }

    // Both orders of one pulse and one vacuum.
    private static double OnePulse(ModePairingUser user, double probability) => 2 * user.Po * probability;

    private Observed Z(double intensityA, double probabilityA, double intensityB, double probabilityB) =>
        Of(channel.Gain(intensityA, QubitBasis.Z, intensityB, QubitBasis.Z), probabilityA * probabilityB);

    private Observed X(double intensityA, double probabilityA, double intensityB, double probabilityB) =>
        Of(channel.Gain(intensityA, QubitBasis.X, intensityB, QubitBasis.X), probabilityA * probabilityB);

    private Observed Of(PairGain gain, double probability) => new(scale * probability, scale * probability * gain.Gain);

    private readonly record struct Observed(double Slots, double Count)
    {
        internal (double Weight, double Count) Term(double weight) => (weight / Slots, Count);
    }
}
