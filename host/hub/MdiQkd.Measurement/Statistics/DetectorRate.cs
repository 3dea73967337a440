namespace MdiQkd.Measurement.Statistics;

/// <summary>Rates of a detector over an interval.</summary>
/// <param name="RateHz">Clicks in the session's time.</param>
/// <param name="BackgroundHz">
/// Clicks that light on the slot clock does not explain, in all windows and beside them: those beside the windows, scaled to the whole slot.
/// Includes pulses' tails, if windows are narrow.
/// </param>
/// <param name="Condition">What is wrong.</param>
public sealed record DetectorRate(double RateHz, double BackgroundHz, DetectorCondition Condition);
