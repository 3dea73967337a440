using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.DeviceTools.Reports;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Capture;

/// <summary>
/// One capture to a file: it begins again after a lost link, reports every loss, and closes its file whatever ends it. One thread runs
/// it, another may look at <see cref="Counts"/> and <see cref="Events"/>.
/// </summary>
/// <param name="session">Session with a board that has a tagger.</param>
/// <param name="request">What to capture.</param>
/// <param name="time">Clock.</param>
internal sealed class CaptureRun(DeviceSession session, CaptureRequest request, TimeProvider time)
{
    // What was captured comes within a few blocks' time after the board was told to stop.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private readonly TimeTagBlock block = new();
    private readonly List<string> events = [];
    private readonly long start = time.GetTimestamp();
    private TagLoss losses;
    private int interruptions;
    private bool hasRestarted;

    /// <summary>Tags so far.</summary>
    internal ChannelCounts Counts { get; } = new(time);

    /// <summary>Time since the start.</summary>
    internal TimeSpan Elapsed => time.GetElapsedTime(start);

    /// <summary>Bytes written so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>What happened so far.</summary>
    internal IReadOnlyList<string> Events
    {
        get
        {
            lock (events)
            {
                return [.. events];
            }
        }
    }

    /// <summary>Captures until told to stop.</summary>
    /// <param name="stop">Ends the capture; the file is closed all the same.</param>
    /// <exception cref="IOException">The file cannot be written, or the board refuses the capture.</exception>
    internal async Task<CaptureReport> RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource timeLimit = request.Seconds is { } seconds
            ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time) : new CancellationTokenSource();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop, timeLimit.Token);
        BoardTagSource? source = await StartAsync(request.ReconnectSeconds, ending.Token).ConfigureAwait(false);
        CaptureFile file = await CaptureFile.CreateAsync(request, session.Information, time).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            string? failure = null;
            while (source is not null)
            {
                TimeTagError end;
                await using (source.ConfigureAwait(false))
                {
                    end = await CopyAsync(source, file, ending).ConfigureAwait(false);
                    losses |= source.Losses;
                }

                CollectEvents();
                if (end == TimeTagError.LinkLost && !ending.IsCancellationRequested)
                {
                    interruptions++;
                    (source, failure) = await RestartAsync(ending.Token).ConfigureAwait(false);
                    CollectEvents();
                    file.Interrupt(hasRestarted);
                    hasRestarted = false;
                    continue;
                }

                failure = end == TimeTagError.None ? null : await DescribeAsync(end).ConfigureAwait(false);
                source = null;
            }

            await file.CompleteAsync().ConfigureAwait(false);
            Bytes = file.Bytes;
            double took = Elapsed.TotalSeconds;
            SortedDictionary<int, long> tags = Counts.ByChannel();
            return new CaptureReport(
                session.Address, file.Files, file.Bytes, took, tags, tags.ToDictionary(c => c.Key, c => c.Value / took), Counts.LostTags,
                losses, session.Counters.BlocksLost, interruptions, Events, failure);
        }
    }

    /// <summary>Takes over what the session tells; to be called now and then.</summary>
    internal void CollectEvents()
    {
        lock (events)
        {
            while (session.Events.TryRead(out DeviceEvent? happened))
            {
                events.Add(happened.Text);
                hasRestarted |= happened.Kind == DeviceEventKind.SessionLost;
            }
        }
    }

    /// <summary>Copies tags until the source ends, and stops it when it is time.</summary>
    private async Task<TimeTagError> CopyAsync(BoardTagSource source, CaptureFile file, CancellationTokenSource ending)
    {
        using CancellationTokenSource draining = new();
        bool isStopping = false;
        while (true)
        {
            if (!isStopping && ending.IsCancellationRequested)
            {
                isStopping = true;
                draining.CancelAfter(DrainLimit);
                if (!await TryStopAsync(source, draining.Token).ConfigureAwait(false))
                {
                    return TimeTagError.LinkLost;
                }
            }

            try
            {
                if (!await source.ReadAsync(block, isStopping ? draining.Token : ending.Token).ConfigureAwait(false))
                {
                    return source.EndReason;
                }
            }
            catch (OperationCanceledException) when (!isStopping)
            {
                continue;
            }
            catch (OperationCanceledException)
            {
                return TimeTagError.LinkLost;
            }

            await file.WriteAsync(block).ConfigureAwait(false);
            Counts.Add(block);
            Bytes = file.Bytes;
            if (request.Tags is { } tags && Counts.Tags >= tags)
            {
                await ending.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<bool> TryStopAsync(BoardTagSource source, CancellationToken limit)
    {
        try
        {
            await source.StopAsync(limit).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<(BoardTagSource? Source, string? Failure)> RestartAsync(CancellationToken ct)
    {
        try
        {
            return (await StartAsync(request.ReconnectSeconds, ct).ConfigureAwait(false), null);
        }
        catch (DeviceException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Starts a capture, as soon as there is a link; null if it is to end before.</summary>
    private async Task<BoardTagSource?> StartAsync(double limitSeconds, CancellationToken ct)
    {
        long since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await DeviceAction.WhenQuietAsync(() => session.StartCaptureAsync(ct), time, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (DeviceException e) when (e.Failure is DeviceFailure.LinkLost or DeviceFailure.SessionLost or DeviceFailure.Silent
                && time.GetElapsedTime(since).TotalSeconds < limitSeconds)
            {
                // The session opens the link again by itself.
            }

            CollectEvents();
            await Task.Delay(RetryInterval, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<string> DescribeAsync(TimeTagError end)
    {
        if (end != TimeTagError.DeviceFault)
        {
            return $"{session.Address}: the end of the capture did not come ({end}): the last tags may be missing";
        }

        try
        {
            IReadOnlyList<FaultReport> faults = await FaultReport.AskAsync(session, CancellationToken.None).ConfigureAwait(false);
            return $"{session.Address}: the board ended the capture. "
                + string.Join(" ", faults.Where(fault => fault.IsActive).Select(fault => $"{fault.Fault}: {fault.LookAt}"));
        }
        catch (DeviceException e)
        {
            return $"{session.Address}: the board ended the capture; its faults could not be asked for: {e.Message}";
        }
    }
}
