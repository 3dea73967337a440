namespace MdiQkd.Cli.Status;

/// <summary>What the demo reads of the hub's management page; members that it does not show are left out.</summary>
/// <param name="SimulatedSeconds">Tagger clock.</param>
/// <param name="Switch">Optical switch.</param>
/// <param name="Pairs">Pairs with an open block.</param>
/// <param name="Alignment">Feedback.</param>
internal sealed record HubStatus(
    double SimulatedSeconds, HubSwitch? Switch, IReadOnlyList<HubPair>? Pairs, HubAlignment? Alignment = null);
