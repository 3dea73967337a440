namespace MdiQkd.Measurement.Feedback;

/// <summary>What the control plane needs to know of the light that it controls.</summary>
/// <param name="PulseFwhmPs">Full width at half maximum of the users' pulses, 20..2,000: sets the step of the visibility scan.</param>
/// <param name="IntervalMs">Time over which pilots are averaged before the actuators move, 100..10,000.</param>
/// <param name="LimitMs">Time in which the light should be aligned; longer is a condition to report, 1,000..600,000.</param>
/// <param name="FrequencyDriftKHzPerS">Fastest drift of one laser that is expected, 1..1,000,000: says how long an alignment is remembered.</param>
public sealed record FeedbackSettings(
    int PulseFwhmPs = 200, int IntervalMs = 1000, int LimitMs = 30_000, int FrequencyDriftKHzPerS = 10_000)
{
    /// <summary>What is wrong, or null.</summary>
    public string? Fault()
    {
        foreach ((string key, int value, int least, int most) in new[]
        {
            ("pulseFwhmPs", PulseFwhmPs, 20, 2000),
            ("intervalMs", IntervalMs, 100, 10_000),
            ("limitMs", LimitMs, 1000, 600_000),
            ("frequencyDriftKHzPerS", FrequencyDriftKHzPerS, 1, 1_000_000),
        })
        {
            if (value < least || value > most)
            {
                return $"{key} = {value} is outside {least}..{most}";
            }
        }

        return null;
    }
}
