namespace MdiQkd.Replay;

/// <summary>The slot clock as it was recovered from the tags.</summary>
/// <param name="State">locked, holdover, acquiring, unconfirmed or lost at the end of the recording.</param>
/// <param name="Condition">Why it was not locked the last time it was not; none while it is.</param>
/// <param name="OffsetPpm">Rate of the slot clock against the recording's minus one, at the end; 1e-6.</param>
/// <param name="PhaseErrorPs">Arrivals minus the centres of the bins at the latest confirmation.</param>
/// <param name="JitterPs">Standard deviation of arrivals around the centres; null if too few tags tell.</param>
/// <param name="DelayDifferencePs">Arrivals of the second channel minus those of the first.</param>
/// <param name="Confirmations">How often the tags confirmed the clock.</param>
/// <param name="Losses">How often it was lost.</param>
/// <param name="DiscardedTags">Tags without a certain slot.</param>
internal sealed record SlotClockReport(
    string State,
    string Condition,
    double OffsetPpm,
    double? PhaseErrorPs,
    double? JitterPs,
    double? DelayDifferencePs,
    long Confirmations,
    long Losses,
    long DiscardedTags);
