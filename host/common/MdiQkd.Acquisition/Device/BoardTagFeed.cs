namespace MdiQkd.Acquisition.Device;

/// <summary>
/// The tags of a board as one stream over all its captures: when a capture ends because link, board or tagger failed, another one is
/// started as soon as the board lets it. The gap counts as one lost tag at least. Times are the tagger's own: one that counts from the
/// start of a capture begins anew.
/// </summary>
/// <param name="session">Session with a board that has a tagger; the caller's.</param>
/// <param name="time">Clock for the wait between two attempts.</param>
/// <param name="report">Takes one line about every gap.</param>
public sealed class BoardTagFeed(DeviceSession session, TimeProvider time, Action<string> report) : ITimeTagSource
{
    private const int RetryMs = 200;

    private BoardTagSource? capture;
    private bool hasGap;

    /// <summary>None: the stream has no end of its own.</summary>
    public TimeTagError EndReason => TimeTagError.None;

    /// <summary>Captures that ended unasked.</summary>
    public int Gaps { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(block);
        while (true)
        {
            if (capture is null)
            {
                await CaptureAsync(ct).ConfigureAwait(false);
            }
            else if (await capture.ReadAsync(block, ct).ConfigureAwait(false))
            {
                block.LostTags += hasGap ? 1 : 0;
                hasGap = false;
                return true;
            }
            else
            {
                Gaps++;
                hasGap = true;
                report($"{session.Address}: the capture ended ({capture.EndReason}); tags are missing until the next one");
                await capture.DisposeAsync().ConfigureAwait(false);
                capture = null;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (capture is not null)
        {
            await capture.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task CaptureAsync(CancellationToken ct)
    {
        for (string told = ""; capture is null;)
        {
            try
            {
                capture = await session.StartCaptureAsync(ct).ConfigureAwait(false);
            }
            catch (DeviceException e)
            {
                if (told != e.Message)
                {
                    told = e.Message;
                    report($"{session.Address}: no capture: {e.Message}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(RetryMs), time, ct).ConfigureAwait(false);
            }
        }
    }
}
