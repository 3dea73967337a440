using MdiQkd.Evaluation.Scenarios;
using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Protocol;

namespace MdiQkd.Evaluation.Networks;

/// <summary>What the blocks of a pair are expected to bring, and how sure that is.</summary>
/// <param name="A">Name of the key reference.</param>
/// <param name="B">Name of the other user.</param>
/// <param name="Optimised">Whether the settings are the optimiser's; otherwise the network file gives them.</param>
/// <param name="SourceA">Settings of A.</param>
/// <param name="SourceB">Settings of B.</param>
/// <param name="LossDb">Loss from user to user, hub included.</param>
/// <param name="Slots">Slots of a block, pilots left out.</param>
/// <param name="ReconciliationEfficiency">f of the expected leak.</param>
/// <param name="KeyBits">Expected key of a block, 0 or less if there is none.</param>
/// <param name="SigmaBits">Standard deviation of the key length; null without a key.</param>
/// <param name="LongerBlocks">How many times as long a block would have the margin; null if it has it, or if no block of any use has.</param>
public sealed record PlannedPair(
    string A,
    string B,
    bool Optimised,
    SourceSettings SourceA,
    SourceSettings SourceB,
    double LossDb,
    double Slots,
    double ReconciliationEfficiency,
    double KeyBits,
    double? SigmaBits,
    double? LongerBlocks)
{
    private const double LongerBlocksMax = 1e5;

    /// <summary>Expected key in standard deviations; 0 without a key.</summary>
    public double Sigmas => SigmaBits is { } sigma ? KeyBits / sigma : 0;

    /// <summary>Whether the plan has the margin that it should have (PROTOCOL 1.2).</summary>
    public bool IsEnough => Sigmas >= KeyMargin.PlannedSigmas;

    /// <summary>Evaluates a pair with its own settings, or with optimised ones if it has none.</summary>
    /// <exception cref="KeyRateInputException">The network is out of range for the channel model.</exception>
    public static PlannedPair Of(EvaluatedNetwork network, NetworkPair pair)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(pair);
        EvaluationScenario scenario = network.ScenarioOf(pair);
        BlockScenario block = scenario.ToBlock();
        if (pair is not { SourceA: { } a, SourceB: { } b })
        {
            OptimisedSettings best = SettingsOptimiser.Optimise(block);
            (a, b) = (best.SourceA, best.SourceB);
        }

        ExpectedBlock expected = ExpectedBlock.Plan(block, a, b);
        double? sigma = expected.Key.Ell > 0 ? KeyMargin.SigmaBits(block, expected) : null;
        PlannedPair planned = new(
            pair.A,
            pair.B,
            pair.SourceA is null,
            a,
            b,
            scenario.TotalLossDb,
            block.Slots,
            block.ReconciliationEfficiency ?? MeasuredEfficiency.OfBlock(Math.Min(0.5, expected.QberZ), expected.Sifted),
            expected.Key.Ell,
            sigma,
            null);
        return planned.IsEnough ? planned : planned with { LongerBlocks = Longer(block, a, b) };
    }

    // Settings stay: doubling, then bisection to 1 %.
    private static double? Longer(BlockScenario block, SourceSettings a, SourceSettings b)
    {
        double factor = 2;
        while (!IsEnoughAt(factor))
        {
            factor *= 2;
            if (factor > LongerBlocksMax)
            {
                return null;
            }
        }

        double refused = 0.5 * factor;
        while (factor > 1.01 * refused)
        {
            double middle = 0.5 * (factor + refused);
            (factor, refused) = IsEnoughAt(middle) ? (middle, refused) : (factor, middle);
        }

        return factor;

        bool IsEnoughAt(double times)
        {
            BlockScenario longer = block with { Slots = times * block.Slots };
            return KeyMargin.Sigmas(longer, ExpectedBlock.Plan(longer, a, b)) >= KeyMargin.PlannedSigmas;
        }
    }
}
