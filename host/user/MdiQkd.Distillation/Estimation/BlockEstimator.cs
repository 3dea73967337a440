using MdiQkd.KeyRate;
using MdiQkd.Protocol;
using MdiQkd.Sifting;

namespace MdiQkd.Distillation.Estimation;

/// <summary>
/// Decides the key length of a block from authenticated counts: four intensities, double scanning
/// (Jiang, Yu, Hu, Wang, PRA 103, 012402 (2021)), n0 = 0.
/// </summary>
public static class BlockEstimator
{
    /// <summary>Key lengths are multiples of this, so that two machines that round differently agree (PROTOCOL 5.5).</summary>
    public const int KeyUnitBits = 64;

    /// <summary>Evaluates a block.</summary>
    /// <param name="counts">Counts by label pair, A first.</param>
    /// <param name="plan">Intensities, realised probabilities, ε budget. N is only a scale: the planned slots.</param>
    /// <param name="leakEc">Bits disclosed about A's string, ≥ 0.</param>
    public static KeyLengthDecision Decide(CoincidenceCounts counts, BlockPlan plan, long leakEc)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(plan);
        FourIntensityCounts four = new(
            Nzz: counts[IntensityLabel.Z, IntensityLabel.Z],
            Mzz: 0,
            Nww: counts[IntensityLabel.W, IntensityLabel.W],
            Mww: counts.Errors(IntensityLabel.W, IntensityLabel.W),
            Nvv: counts[IntensityLabel.V, IntensityLabel.V],
            Mvv: counts.Errors(IntensityLabel.V, IntensityLabel.V),
            N0w: counts[IntensityLabel.O, IntensityLabel.W],
            Nw0: counts[IntensityLabel.W, IntensityLabel.O],
            N0v: counts[IntensityLabel.O, IntensityLabel.V],
            Nv0: counts[IntensityLabel.V, IntensityLabel.O],
            N00: counts[IntensityLabel.O, IntensityLabel.O]);
        KeyLengthResult result;
        try
        {
            result = DoubleScanning.Evaluate(
                FourIntensityParameters.FromSettings(plan.SourceA, plan.SourceB, plan.Slots),
                four,
                new SecurityParameters(plan.Security.Epsilon, plan.Security.EpsilonCorrectness),
                leakEc);
        }
        catch (KeyRateInputException e)
        {
            // The counts are what the hub made of the channel; values that no channel can give are not this node's error.
            return new KeyLengthDecision(0, 0.5, AbortReason.TooFewCounts, e.Message);
        }

        if (result.N11 > four.Nzz)
        {
            return new KeyLengthDecision(
                0,
                result.Phi,
                AbortReason.HubRuleBroken,
                $"{four.Nzz} z-z events are fewer than the {result.N11:F0} single-photon pairs that the decoys promise among them");
        }

        long bits = result.SecretBits / KeyUnitBits * KeyUnitBits;
        return bits > 0 ? new KeyLengthDecision(bits, result.Phi, AbortReason.None, string.Empty)
            : result.S11 <= 0 || result.N11 <= 0
                ? new KeyLengthDecision(0, 0.5, AbortReason.TooFewCounts, $"no bound on single-photon pairs from {four.Nzz} z-z and {four.Nww} w-w events")
            : result.Phi >= 0.5
                ? new KeyLengthDecision(0, result.Phi, AbortReason.PhaseErrorTooHigh, $"phase error up to {result.Phi:F4}")
            : new KeyLengthDecision(
                0, result.Phi, AbortReason.NoKey, $"key length {result.Ell:F0} with leak {leakEc} and phase error up to {result.Phi:F4}");
    }
}
