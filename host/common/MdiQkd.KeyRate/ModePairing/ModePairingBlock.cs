using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;
using static MdiQkd.KeyRate.Elementary;

namespace MdiQkd.KeyRate.ModePairing;

/// <summary>
/// Expected key of a block of mode pairing (asynchronous MDI): Zeng et al., Nat. Commun. 13, 3903 (2022); Xie et al., PRX Quantum 3, 020315 (2022).
/// Theory for comparison; no node runs it.
/// </summary>
/// <remarks>
/// <para>Design. Two paired rounds are the two time bins of an MDI event in which both Bell states count: a user with one pulse and one
/// vacuum has sent a Z state of that intensity, with two pulses ν an X state of intensity 2ν whose bit and angle are the phase difference.
/// Gains, error gains and single-photon pairs are therefore those of <see cref="ExactChannel"/>. What differs is how often rounds pair and
/// how likely labels are among pairs: label probabilities × Q / p², with p the click probability of a round.</para>
/// <para>Key from Z–Z pairs of μ with μ. Yield of single-photon pairs from the Z–Z pairs of μ, ν and vacuum, phase errors from X–X pairs of ν
/// (joint constraints in each sum, no scan over shared terms), on expectations for infinitely many rounds or by Chernoff bounds.</para>
/// <para>Trade-offs. Dead time thins rounds out by the exact chain of the two detectors, but distances of clicks are taken as geometric;
/// the mean phase error stands for its distribution.</para>
/// </remarks>
/// <param name="Pairs">Expected pairs of rounds.</param>
/// <param name="MeanPairingRounds">Mean distance of two paired rounds.</param>
/// <param name="Sifted">Expected raw key bits.</param>
/// <param name="QberZ">Expected error rate of the raw key.</param>
/// <param name="Yield">s11 in the units of <see cref="ExactChannel.SinglePairs"/>; a lower bound if the block is finite.</param>
/// <param name="PhaseError">Phase-error rate of single-photon pairs; an upper bound if the block is finite; 0.5 if none is shown.</param>
/// <param name="Leak">Bits disclosed by reconciliation.</param>
/// <param name="Ell">Key length in bits; 0 or less means no key.</param>
public sealed record ModePairingBlock(
    double Pairs,
    double MeanPairingRounds,
    double Sifted,
    double QberZ,
    double Yield,
    double PhaseError,
    double Leak,
    double Ell)
{
    // As in ExpectedBlock: 16 points are exact to 1e-13 for a detected intensity up to 2.
    private const int PhasePoints = 16;

    // Sums for s11: 3 in L, 2 in U, 3 for H; for e11: 3 for H and the errors; n11 itself.
    private const int BoundsOfSinglePairs = 13;

    /// <summary>Named failure probabilities of a finite key.</summary>
    public static ComposableSecurity Security(SecurityParameters security) =>
        ComposableSecurity.Of(security, BoundsOfSinglePairs);

    /// <summary>Finite block with the given settings and longest pairing distance.</summary>
    /// <exception cref="KeyRateInputException">A setting or a parameter of the scenario is out of range.</exception>
    public static ModePairingBlock Plan(
        ModePairingScenario scenario, ModePairingUser a, ModePairingUser b, double pairingRoundsMax)
    {
        Validate(scenario, a, b, pairingRoundsMax);
        return Evaluate(scenario, a, b, pairingRoundsMax, finite: true);
    }

    /// <summary>
    /// The same number of rounds with everything about single-photon pairs known, as infinitely many rounds and decoy intensities would
    /// show it; ν may be as rare as one likes.
    /// </summary>
    /// <exception cref="KeyRateInputException">A setting or a parameter of the scenario is out of range.</exception>
    public static ModePairingBlock PlanAsymptotic(
        ModePairingScenario scenario, ModePairingUser a, ModePairingUser b, double pairingRoundsMax)
    {
        Validate(scenario, a, b, pairingRoundsMax);
        return Evaluate(scenario, a, b, pairingRoundsMax, finite: false);
    }

    private static void Validate(
        ModePairingScenario scenario, ModePairingUser a, ModePairingUser b, double pairingRoundsMax)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        scenario.Validate();
        a.Validate('a');
        b.Validate('b');
        KeyRateInputException.RequireRange(pairingRoundsMax, 1, 1e9);
    }

    private static ModePairingBlock Evaluate(
        ModePairingScenario scenario, ModePairingUser a, ModePairingUser b, double pairingRoundsMax, bool finite)
    {
        ChannelParameters perfectVacuum = scenario.Channel with { Extinction = 0, MisalignmentZ = 0 };
        PairedRounds rounds = new(new(perfectVacuum, PhasePoints), scenario.Blind, a, b, pairingRoundsMax);
        if (rounds.PairsPerRound <= 0)
        {
            return new(0, 0, 0, 0, 0, 0.5, 0, -scenario.Security.ConstantBits);
        }

        double cosine = scenario.Phase.MeanCosine(rounds.Click, pairingRoundsMax, scenario.RoundSeconds);
        double phaseError = Math.Acos(Math.Clamp(cosine, -1, 1)) + Math.Abs(scenario.Channel.PhaseErrorRad);
        ExactChannel channel = new(
            scenario.Channel with { AcceptPsiPlus = true, PhaseErrorRad = Math.Min(phaseError, Math.PI) }, PhasePoints);
        double pairs = scenario.Rounds * rounds.PairsPerRound;
        PairStatistics statistics = new(channel, pairs / (rounds.LiveClick * rounds.LiveClick), a, b, scenario.Phase.KeptShare);
        (double sifted, double errors) = statistics.SignalPairs();
        double qber = sifted > 0 ? errors / sifted : 0;
        double efficiency = scenario.ReconciliationEfficiency
            ?? MeasuredEfficiency.OfBlock(Math.Min(0.5, qber), finite ? sifted : double.PositiveInfinity);
        double leak = ReconciliationLeak.Expected(sifted, errors, efficiency);
        double signalSingles = statistics.SignalSlots * Poisson(1, a.Mu) * Poisson(1, b.Mu);
        (double yield, double phi, double n11) = finite
            ? statistics.Bound(new(scenario.Security.Epsilon, scenario.Chernoff), signalSingles)
            : Known(AsymptoticRate.InfiniteDecoys(channel), signalSingles);
        double constant = finite ? scenario.Security.ConstantBits : 0;
        return new(
            pairs,
            rounds.MeanDistance,
            sifted,
            qber,
            yield,
            phi,
            leak,
            (n11 * (1 - BinaryEntropy(phi))) - leak - constant);
    }

    private static (double Yield, double Phi, double N11) Known(SinglePairBounds pairs, double signalSingles) =>
        (pairs.Yield, pairs.ErrorRate, signalSingles * pairs.Yield);
}
