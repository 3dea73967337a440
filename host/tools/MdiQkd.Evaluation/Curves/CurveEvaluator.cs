using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Decoy;
using MdiQkd.KeyRate.ModePairing;
using MdiQkd.KeyRate.Planning;

namespace MdiQkd.Evaluation.Curves;

/// <summary>Rate of a scenario with a curve, settings optimised. Deterministic and free of shared state.</summary>
internal static class CurveEvaluator
{
    /// <summary>Evaluates one point.</summary>
    /// <param name="curve">Protocol and analysis.</param>
    /// <param name="scenario">All assumptions.</param>
    /// <param name="x">Value of the swept quantity, kept with the result.</param>
    /// <exception cref="KeyRateInputException">The scenario is out of range.</exception>
    internal static EvaluatedPoint Evaluate(Curve curve, EvaluationScenario scenario, double x)
    {
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentNullException.ThrowIfNull(scenario);
        return curve.Name switch
        {
            "four" => Finite(curve, scenario, x),
            "four-in-time" => Finite(curve, scenario with { Sharing = scenario.Sharing with { KeyWithinBlockTime = true } }, x),
            "four-both-bell" => Finite(curve, scenario with { Block = scenario.Block with { AcceptPsiPlus = true } }, x),
            "three" => Finite(curve, scenario, x, threeIntensities: true),
            "infinite" => Infinite(curve, scenario, x),
            "mode-pairing" => ModePairing(curve, scenario, x, ModePairingOptimiser.Optimise),
            "mode-pairing-infinite" => ModePairing(curve, scenario, x, ModePairingOptimiser.OptimiseAsymptotic),
            "repeaterless" => Repeaterless(curve, scenario, x),
            _ => throw new ArgumentException($"{curve.Name} is no curve", nameof(curve)),
        };
    }

    /// <summary>A block of four or three intensities with given settings.</summary>
    internal static EvaluatedPoint OfBlock(
        Curve curve, EvaluationScenario scenario, double x, ExpectedBlock block, UserParameters a, UserParameters b) =>
        new(curve, x, scenario, block.SecretBitsPerSlot, scenario.Sharing.Share)
        {
            Ell = block.Key.Ell,
            Sifted = block.Sifted,
            Announced = block.Announced,
            QberZ = block.QberZ,
            PhaseError = block.Key.Phi,
            ClickRateHz = 0.5 * block.Clicks.Sum * scenario.Timing.SlotRateHz,
            A = a,
            B = b,
        };

    private static EvaluatedPoint Finite(Curve curve, EvaluationScenario scenario, double x, bool threeIntensities = false)
    {
        OptimisedSettings best = SettingsOptimiser.Optimise(scenario.ToBlock(), threeIntensities);
        return OfBlock(curve, scenario, x, best.Block, best.A, best.B);
    }

    private static EvaluatedPoint Infinite(Curve curve, EvaluationScenario scenario, double x)
    {
        ExactChannel channel = new(scenario.Channel, ExpectedBlock.PhasePoints);
        SinglePairBounds pairs = AsymptoticRate.InfiniteDecoys(channel);
        AsymptoticRate rate = AsymptoticRate.Optimised(
            channel, pairs, scenario.Block.ReconciliationEfficiency, scenario.Blind);
        PairGain zz = channel.Gain(rate.IntensityA, QubitBasis.Z, rate.IntensityB, QubitBasis.Z);
        return new(curve, x, scenario, Math.Max(0, rate.SecretBitsPerSlot), scenario.Sharing.Share)
        {
            QberZ = zz.ErrorRate, PhaseError = pairs.ErrorRate,
        };
    }

    private static EvaluatedPoint ModePairing(
        Curve curve, EvaluationScenario scenario, double x, Func<ModePairingScenario, ModePairingOptimum> optimise)
    {
        ModePairingBlock block = optimise(scenario.ToModePairing()).Block;
        return new(curve, x, scenario, Math.Max(0, block.Ell) / scenario.Slots, scenario.Sharing.Share)
        {
            Ell = curve == Curve.ModePairing ? block.Ell : null,
            Sifted = curve == Curve.ModePairing ? block.Sifted : null,
            QberZ = block.QberZ,
            PhaseError = block.PhaseError,
        };
    }

    private static EvaluatedPoint Repeaterless(Curve curve, EvaluationScenario scenario, double x)
    {
        double fibre = Math.Pow(10, -0.1 * (scenario.ArmA.FibreLossDb + scenario.ArmB.FibreLossDb));
        return new(curve, x, scenario, RepeaterlessBound.BitsPerUse(Math.Min(fibre, Math.BitDecrement(1.0))), scenario.Sharing.Share);
    }
}
