namespace MdiQkd.DeviceTools.Monitoring;

/// <summary>Samples at an interval, as many as wanted, until cancelled, which is a normal end.</summary>
internal sealed class PeriodicLooks(MonitorRun run, TimeSpan interval, int count, CancellationToken stop) : IAsyncEnumerable<MonitorSample>
{
    /// <inheritdoc/>
    public async IAsyncEnumerator<MonitorSample> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        for (int i = 0; i < count; i++)
        {
            MonitorSample sample;
            try
            {
                await Task.Delay(interval, stop).ConfigureAwait(false);
                sample = await run.SampleAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            yield return sample;
        }
    }
}
