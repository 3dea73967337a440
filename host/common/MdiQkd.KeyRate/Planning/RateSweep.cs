namespace MdiQkd.KeyRate.Planning;

/// <summary>Optimised settings for many scenarios: points of a curve.</summary>
public static class RateSweep
{
    /// <summary>Optimises every scenario from the general start, on all cores; the result does not depend on their number.</summary>
    /// <param name="scenarios">Points of the curve.</param>
    /// <param name="threeIntensities">See <see cref="SettingsOptimiser.Optimise"/>.</param>
    /// <param name="done">Told the index of each finished point, from any thread; may be null.</param>
    /// <param name="cancellation">Stops after the points under way.</param>
    /// <returns>One result per scenario, in order.</returns>
    /// <exception cref="KeyRateInputException">A scenario is out of range.</exception>
    public static OptimisedSettings[] Run(
        IReadOnlyList<BlockScenario> scenarios,
        bool threeIntensities = false,
        IProgress<int>? done = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scenarios);
        OptimisedSettings[] results = new OptimisedSettings[scenarios.Count];
        ParallelOptions options = new() { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, results.Length, options, i =>
            {
                results[i] = SettingsOptimiser.Optimise(scenarios[i], threeIntensities);
                done?.Report(i);
            });
        }
        catch (AggregateException failures) when (failures.InnerException is KeyRateInputException refusal)
        {
            throw refusal;
        }

        return results;
    }
}
