namespace MdiQkd.Cli.Networks;

/// <summary>The hub's feedback on the users' delay lines, lasers and polarisation controllers.</summary>
/// <param name="Enabled">Whether there is any.</param>
/// <param name="IntervalMs">Time over which pilots are averaged before the actuators move.</param>
/// <param name="LimitMs">Time in which the light should be aligned; longer is reported.</param>
/// <param name="FrequencyDriftMHzPerS">Fastest drift of one laser that is expected.</param>
internal sealed record FeedbackSection(
    bool Enabled, int IntervalMs = 1000, int LimitMs = 30_000, double FrequencyDriftMHzPerS = 10)
{
    internal NetworkFault? Fault(string path, double pulseFwhmPs) =>
        NetworkFault.Outside($"{path}.intervalMs", IntervalMs, 100, 10_000)
        ?? NetworkFault.Outside($"{path}.limitMs", LimitMs, 1000, 600_000)
        ?? NetworkFault.Outside($"{path}.frequencyDriftMHzPerS", FrequencyDriftMHzPerS, 0.001, 1000)
        ?? (Enabled && pulseFwhmPs < 20
            ? new NetworkFault($"{path}.enabled", $"{path}.enabled = true: interference.pulseFwhmPs = {pulseFwhmPs}, at least 20 is needed")
            : null);
}
