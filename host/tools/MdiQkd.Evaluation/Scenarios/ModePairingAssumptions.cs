using MdiQkd.KeyRate.ModePairing;

namespace MdiQkd.Evaluation.Scenarios;

/// <summary>What mode pairing would need beside the hub: one round per slot, lasers whose phases stay known for a while.</summary>
/// <param name="FrequencyOffsetHz">Uncompensated difference of the two lasers' frequencies.</param>
/// <param name="FibreDriftRadPerSecond">Rate at which the fibres shift the phase difference.</param>
/// <param name="PhaseSlices">Slices that announced phases are rounded to: even, 4 to 256.</param>
/// <param name="LongestPairingUs">Longest time between two paired clicks.</param>
public sealed record ModePairingAssumptions(
    double FrequencyOffsetHz = 10, double FibreDriftRadPerSecond = 5900, int PhaseSlices = 16, double LongestPairingUs = 500)
{
    /// <summary>The same as the key-rate library takes it.</summary>
    internal PairingPhase Phase => new(FrequencyOffsetHz, FibreDriftRadPerSecond, PhaseSlices);
}
