namespace MdiQkd.Simulation.World;

/// <summary>The optical switch in front of the Bell-state measurement.</summary>
/// <param name="Input1Port">Switch port of measurement input 1; 0 = the port after the highest user port.</param>
/// <param name="Input2Port">Switch port of measurement input 2; 0 = the port after that.</param>
/// <param name="SettlingTimeMs">Simulated time of a move.</param>
/// <param name="RelockTimeMs">Simulated time after a move in which the users' light does not interfere (M = 0).</param>
/// <param name="ScpiPort">TCP port on loopback; 0 takes a free one.</param>
public sealed record SimulatedSwitchSettings(
    int Input1Port, int Input2Port, int SettlingTimeMs, int RelockTimeMs, int ScpiPort = 0)
{
    /// <summary>Longest settling and relock time, one hour.</summary>
    public const int TimeMsMax = 3_600_000;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Input1Port < 0 || Input2Port < 0 || (Input1Port == 0) != (Input2Port == 0)
            || (Input1Port == Input2Port && Input1Port != 0)
            ? $"input ports {Input1Port} and {Input2Port}: two different ports from 1 are needed, or 0 and 0"
        : SettlingTimeMs is < 0 or > TimeMsMax ? $"settlingTimeMs = {SettlingTimeMs} is outside 0..{TimeMsMax}"
        : RelockTimeMs is < 0 or > TimeMsMax ? $"relockTimeMs = {RelockTimeMs} is outside 0..{TimeMsMax}"
        : null;
}
