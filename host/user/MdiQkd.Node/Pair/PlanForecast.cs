using System.Globalization;
using MdiQkd.KeyRate;
using MdiQkd.KeyRate.Channel;
using MdiQkd.KeyRate.Planning;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Pair;

/// <summary>
/// What a node expects of a plan by its own model of the channel: it chooses settings, and refuses a plan that would probably end
/// without a key (PROTOCOL 1.2). Nothing measured enters, so no disclosed datum can.
/// </summary>
internal sealed class PlanForecast(LinkModel link, bool isReference)
{
    private BlockScenario? optimisedFor;
    private (SourceSettings A, SourceSettings B) optimised;

    /// <summary>
    /// The plan with settings of both users optimised for it: up to two seconds of computing when it is asked for the first time, nothing as
    /// long as the shape of the blocks stays the same.
    /// </summary>
    internal BlockPlan Optimised(BlockPlan draft)
    {
        BlockScenario scenario = ScenarioOf(draft);
        if (optimisedFor != scenario)
        {
            OptimisedSettings best = SettingsOptimiser.Optimise(scenario);
            optimised = (best.SourceA, best.SourceB);
            optimisedFor = scenario;
        }

        return draft with { SourceA = optimised.A, SourceB = optimised.B };
    }

    /// <summary>Why this plan should not be run, or null.</summary>
    internal string? Refusal(BlockPlan plan)
    {
        BlockScenario scenario = ScenarioOf(plan);
        ExpectedBlock block = ExpectedBlock.Plan(scenario, plan.SourceA, plan.SourceB);
        double sigmas = KeyMargin.Sigmas(scenario, block);
        return sigmas >= KeyMargin.PlannedSigmas ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the expected key of {Math.Max(0, block.Key.Ell):F0} bits is {sigmas:F2} of its standard deviations, "
            + $"{KeyMargin.PlannedSigmas:F0} are needed: more sessions, more slots per session or less loss");
    }

    private BlockScenario ScenarioOf(BlockPlan plan)
    {
        LinkModel fromA = isReference ? link : link.Exchanged;
        return new BlockScenario(
            fromA.Channel(plan.Timing, plan.AcceptPsiPlus),
            BlindBins.FromTiming(plan.Timing, link.DeadTimePs),
            plan.Slots * (1 - ((double)plan.Pilots.Length / plan.Pilots.Period)),
            new SecurityParameters(plan.Security.Epsilon, plan.Security.EpsilonCorrectness));
    }
}
