using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Capture;
using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Monitoring;

/// <summary>
/// Watches a board: a capture whose tags are only counted, begun again whenever it ends, and questions about health, switch and faults.
/// </summary>
internal sealed class MonitorRun : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private readonly DeviceSession session;
    private readonly TimeProvider time;
    private readonly ChannelCounts counts;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task counting;
    private volatile string? problem;
    private TagLoss losses;

    /// <summary>Begins to count.</summary>
    internal MonitorRun(DeviceSession session, TimeProvider time)
    {
        this.session = session;
        this.time = time;
        counts = new ChannelCounts(time);
        counting = session.Information.HasTagger ? Task.Run(CountAsync) : Task.CompletedTask;
    }

    /// <summary>Asks the board.</summary>
    internal async Task<MonitorSample> SampleAsync(CancellationToken ct)
    {
        HealthReport? health = null;
        SwitchReport? where = null;
        IReadOnlyList<FaultReport> faults = [];
        string? silent = session.IsOpen ? null : "no link";
        if (silent is null)
        {
            try
            {
                (health, where, faults) = await AskAsync(ct).ConfigureAwait(false);
            }
            catch (DeviceException e)
            {
                silent = e.Message;
            }
        }

        List<string> events = [];
        while (session.Events.TryRead(out DeviceEvent? happened))
        {
            events.Add(happened.Text);
        }

        LinkCounters link = session.Counters;
        return new MonitorSample(
            time.GetUtcNow(), silent is null, silent ?? problem, counts.RatesHz(), counts.ByChannel(), counts.LostTags, losses,
            link.BlocksLost, link.Reconnects, health, where, faults, events);
    }

    /// <summary>Ends the capture.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await counting.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task<(HealthReport Health, SwitchReport? Where, IReadOnlyList<FaultReport> Faults)> AskAsync(CancellationToken ct) => (
        await HealthReport.AskAsync(session, ct).ConfigureAwait(false),
        session.Information.HasSwitch ? SwitchReport.From(await session.SwitchStatusAsync(ct).ConfigureAwait(false)) : null,
        await FaultReport.AskAsync(session, ct).ConfigureAwait(false));

    private async Task CountAsync()
    {
        TimeTagBlock block = new();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                BoardTagSource source = await DeviceAction.WhenQuietAsync(
                    () => session.StartCaptureAsync(stopping.Token), time, stopping.Token).ConfigureAwait(false);
                await using (source.ConfigureAwait(false))
                {
                    problem = null;
                    while (await source.ReadAsync(block, stopping.Token).ConfigureAwait(false))
                    {
                        counts.Add(block);
                        losses |= source.Losses;
                    }

                    problem = source.EndReason == TimeTagError.DeviceFault
                        ? "the board ended the capture: see its faults" : "the capture was interrupted";
                }
            }
            catch (DeviceException e)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Task.Delay(RetryInterval, time, stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
