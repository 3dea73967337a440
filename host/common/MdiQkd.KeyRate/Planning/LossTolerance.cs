using MdiQkd.KeyRate.Channel;

namespace MdiQkd.KeyRate.Planning;

/// <summary>The largest loss at which a scenario still gives a key, with settings optimised there.</summary>
/// <param name="AddedLossDb">Loss on top of the scenario's, half of it in each arm.</param>
/// <param name="TotalLossDb">Loss of both arms together, hub included, detector efficiency excluded.</param>
/// <param name="Settings">Settings that give a key at this loss.</param>
public sealed record LossTolerance(double AddedLossDb, double TotalLossDb, OptimisedSettings Settings)
{
    // Beyond it dark counts exceed the signal of any detector.
    private const double AddedLossDbMax = 160;
    private const double StepDb = 4;

    /// <summary>Scenario with loss added, half of it in each arm.</summary>
    public static BlockScenario WithAddedLoss(BlockScenario scenario, double addedLossDb)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ChannelParameters channel = scenario.Channel;
        return scenario with
        {
            Channel = channel with
            {
                ArmLossDbA = channel.ArmLossDbA + (0.5 * addedLossDb),
                ArmLossDbB = channel.ArmLossDbB + (0.5 * addedLossDb),
            },
        };
    }

    /// <summary>Largest tolerable loss by bisection, from the last settings that gave a key; false if the scenario gives none as it is.</summary>
    /// <param name="scenario">Scenario that loss is added to.</param>
    /// <param name="tolerance">The result, at most <paramref name="precisionDb"/> below the true limit.</param>
    /// <param name="precisionDb">Width of the last interval, 0.001 to 10.</param>
    /// <exception cref="KeyRateInputException">The scenario or the precision is out of range.</exception>
    public static bool TryFind(BlockScenario scenario, out LossTolerance? tolerance, double precisionDb = 0.02)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        KeyRateInputException.RequireRange(precisionDb, 0.001, 10);
        OptimisedSettings settings = SettingsOptimiser.Optimise(scenario);
        tolerance = null;
        if (settings.Block.Key.Ell <= 0)
        {
            return false;
        }

        // Upwards in steps first: a point far beyond the limit costs a long search for nothing.
        double tolerated = 0;
        while (tolerated < AddedLossDbMax && TryKey(WithAddedLoss(scenario, tolerated + StepDb), ref settings))
        {
            tolerated += StepDb;
        }

        double refused = tolerated + StepDb;
        while (refused - tolerated > precisionDb)
        {
            double middle = 0.5 * (tolerated + refused);
            if (TryKey(WithAddedLoss(scenario, middle), ref settings))
            {
                tolerated = middle;
            }
            else
            {
                refused = middle;
            }
        }

        tolerance = new(tolerated, scenario.Channel.ArmLossDbA + scenario.Channel.ArmLossDbB + tolerated, settings);
        return true;
    }

    private static bool TryKey(BlockScenario scenario, ref OptimisedSettings settings)
    {
        // Only the sign matters: settings that give a key already need no search.
        ExpectedBlock present = ExpectedBlock.Plan(scenario, settings.A, settings.B);
        OptimisedSettings there = present.Key.Ell > 0
            ? settings with { Block = present }
            : SettingsOptimiser.Optimise(scenario, start: (settings.A, settings.B));
        if (there.Block.Key.Ell <= 0)
        {
            return false;
        }

        settings = there;
        return true;
    }
}
