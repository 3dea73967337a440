using MdiQkd.Acquisition;
using MdiQkd.Measurement;
using MdiQkd.Measurement.Clock;

namespace MdiQkd.Replay;

/// <summary>From the tags of a recording to those of a recovered slot clock; without one nothing is to be done before the classifier.</summary>
internal sealed class TagCorrection(ReplayRequest request, byte channelC, byte channelD, long startPs)
{
    private readonly DelayMerger merger = new(channelC, channelD, request.Delays);
    private readonly TimeTagBlock merged = new();
    private readonly TimeTagBlock slotTags = new();
    private readonly SlotClockRecovery? clock = request.RecoversClock
        ? new SlotClockRecovery(
            new SlotClockSettings(request.Timing!, channelC, channelD) { StartIsKnown = false, Renumbers = true },
            startPs,
            (TagFrame.TimePsMax - startPs) / request.Timing!.SlotPeriodPs)
        : null;

    private TimeTagBlock? pending;

    /// <summary>Delays that are left to the classifier; null if they are subtracted here.</summary>
    internal ChannelDelays? DelaysLeft => clock is null ? request.Delays : null;

    /// <summary>Feeds a block; then <see cref="Next"/> until there is none.</summary>
    internal void Feed(TimeTagBlock block)
    {
        if (clock is null)
        {
            pending = block;
            return;
        }

        merger.Merge(block, merged);
        clock.Feed(merged);
    }

    /// <summary>Decides about what is held.</summary>
    internal void Complete() => clock?.Complete();

    /// <summary>The next block for the classifier, or null; valid until the next call.</summary>
    internal TimeTagBlock? Next()
    {
        TimeTagBlock? next = clock is null ? pending : clock.TryTake(slotTags) ? slotTags : null;
        pending = null;
        return next;
    }

    /// <summary>What was found about the clock.</summary>
    internal SlotClockReport? Report() => clock?.Status() is not { } status ? null : new SlotClockReport(
        Name(status.State), Name(status.Condition), status.OffsetPpm, status.Arrivals?.PhaseErrorPs, status.Arrivals?.JitterPs,
        status.DelayDifferencePs, status.Confirmations, status.Losses, status.DiscardedTags);

    private static string Name<T>(T value)
        where T : struct, Enum
    {
        string text = value.ToString();
        return $"{char.ToLowerInvariant(text[0])}{text[1..]}";
    }
}
