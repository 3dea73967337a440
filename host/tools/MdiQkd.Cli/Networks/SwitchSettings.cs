namespace MdiQkd.Cli.Networks;

/// <summary>Times of the hub's optical switch, in simulated time.</summary>
/// <param name="SettlingTimeMs">Time of a move.</param>
/// <param name="RelockTimeMs">Time after a move until timing, polarisation and frequency are aligned again.</param>
internal sealed record SwitchSettings(int SettlingTimeMs, int RelockTimeMs)
{
    internal NetworkFault? Fault(string path) =>
        NetworkFault.Outside($"{path}.settlingTimeMs", SettlingTimeMs, 0, 60_000)
        ?? NetworkFault.Outside($"{path}.relockTimeMs", RelockTimeMs, 0, 600_000);
}
