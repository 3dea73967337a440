namespace MdiQkd.Measurement.Clock;

/// <summary>How the recovery of the slot clock stands.</summary>
/// <param name="State">What is known.</param>
/// <param name="Condition">Why it is not locked, or why it last was not.</param>
/// <param name="OffsetPpm">Rate of the slot clock against the tagger's minus one, 1e-6; positive = slots are shorter than nominal.</param>
/// <param name="PhaseShiftPs">Slot time minus tagger time at the end of what was confirmed.</param>
/// <param name="Arrivals">Arrivals at the latest confirmation; null before the first.</param>
/// <param name="DelayDifferencePs">
/// Arrivals of detector d minus those of detector c, modulo the distance between possible phases: what is left to correct in
/// their delays. Null before a confirmation.
/// </param>
/// <param name="Confirmations">How often the tags confirmed period and phase.</param>
/// <param name="Losses">How often the clock was lost.</param>
/// <param name="DiscardedTags">Tags without a certain slot; reported as lost downstream.</param>
public sealed record SlotClockStatus(
    SlotClockState State,
    SlotClockCondition Condition,
    double OffsetPpm,
    long PhaseShiftPs,
    ArrivalEstimate? Arrivals,
    double? DelayDifferencePs,
    long Confirmations,
    long Losses,
    long DiscardedTags);
