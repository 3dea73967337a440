namespace MdiQkd.Simulation.World;

/// <summary>The optical switch in front of the Bell-state measurement.</summary>
/// <param name="Input1Port">Switch port of measurement input 1; 0 = the port after the highest user port.</param>
/// <param name="Input2Port">Switch port of measurement input 2; 0 = the port after that.</param>
/// <param name="SettlingTimeMs">Simulated time of a move.</param>
/// <param name="RelockTimeMs">Simulated time after a move in which the users' light does not interfere (M = 0).</param>
/// <param name="ScpiPort">TCP port on loopback; 0 takes a free one.</param>
/// <param name="TransientLossDb">
/// Loss of each arm right after a move, on top of its own, 0..40: a mirror or fibre that swings in. It falls as exp(−t/τ).
/// </param>
/// <param name="TransientTimeMs">τ, 1..60,000.</param>
/// <param name="LightPort">TCP port on loopback where a virtual board tells what its switch lets through; 0 takes a free one.</param>
public sealed record SimulatedSwitchSettings(
    int Input1Port, int Input2Port, int SettlingTimeMs, int RelockTimeMs, int ScpiPort = 0,
    double TransientLossDb = 0, double TransientTimeMs = 10, int LightPort = 0)
{
    /// <summary>Loss left at a time after the end of the move.</summary>
    public double TransientDb(long afterPs) => TransientLossDb * Math.Exp(-Math.Max(0, afterPs) / (TransientTimeMs * 1e9));

    /// <summary>Longest settling and relock time, one hour.</summary>
    public const int TimeMsMax = 3_600_000;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Input1Port < 0 || Input2Port < 0 || (Input1Port == 0) != (Input2Port == 0)
            || (Input1Port == Input2Port && Input1Port != 0)
            ? $"input ports {Input1Port} and {Input2Port}: two different ports from 1 are needed, or 0 and 0"
        : SettlingTimeMs is < 0 or > TimeMsMax ? $"settlingTimeMs = {SettlingTimeMs} is outside 0..{TimeMsMax}"
        : TransientLossDb is not (>= 0 and <= 40) ? $"transientLossDb = {TransientLossDb} is outside 0..40"
        : TransientTimeMs is not (>= 1 and <= 60_000) ? $"transientTimeMs = {TransientTimeMs} is outside 1..60000"
        : RelockTimeMs is < 0 or > TimeMsMax ? $"relockTimeMs = {RelockTimeMs} is outside 0..{TimeMsMax}"
        : null;
}
