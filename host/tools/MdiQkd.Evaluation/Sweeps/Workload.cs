namespace MdiQkd.Evaluation.Sweeps;

/// <summary>Independent computations on all cores, with progress; the results do not depend on the number of cores.</summary>
internal static class Workload
{
    /// <summary>Runs all jobs.</summary>
    /// <param name="jobs">Computations without shared state.</param>
    /// <param name="done">Told after each job, from any thread; may be null.</param>
    /// <param name="cancellation">Stops after the jobs under way.</param>
    /// <returns>Results in the order of the jobs.</returns>
    internal static T[] Run<T>(IReadOnlyList<Func<T>> jobs, Action? done, CancellationToken cancellation)
    {
        T[] results = new T[jobs.Count];
        int next = -1;
        ParallelOptions options = new() { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            // One job at a time: they take from a millisecond to seconds, so ranges of them would leave a core idle.
            Parallel.For(0, Math.Min(jobs.Count, Environment.ProcessorCount), options, _ =>
            {
                for (int i = Interlocked.Increment(ref next); i < jobs.Count; i = Interlocked.Increment(ref next))
                {
                    cancellation.ThrowIfCancellationRequested();
                    results[i] = jobs[i]();
                    done?.Invoke();
                }
            });
        }
        catch (AggregateException failures) when (failures.InnerExceptions.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        return results;
    }
}
