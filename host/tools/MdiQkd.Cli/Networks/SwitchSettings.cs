namespace MdiQkd.Cli.Networks;

/// <summary>Times of the hub's optical switch, in simulated time.</summary>
/// <param name="SettlingTimeMs">Time of a move.</param>
/// <param name="RelockTimeMs">Time after a move until timing, polarisation and frequency are aligned again.</param>
/// <param name="TransientLossDb">Loss of each arm right after a move, on top of its own; it falls as exp(−t/τ).</param>
/// <param name="TransientTimeMs">τ.</param>
internal sealed record SwitchSettings(
    int SettlingTimeMs, int RelockTimeMs, double TransientLossDb = 0, double TransientTimeMs = 10)
{
    internal NetworkFault? Fault(string path) =>
        NetworkFault.Outside($"{path}.settlingTimeMs", SettlingTimeMs, 0, 60_000)
        ?? NetworkFault.Outside($"{path}.relockTimeMs", RelockTimeMs, 0, 600_000)
        ?? NetworkFault.Outside($"{path}.transientLossDb", TransientLossDb, 0, 40)
        ?? NetworkFault.Outside($"{path}.transientTimeMs", TransientTimeMs, 1, 60_000);
}
