namespace MdiQkd.Cli.Status;

/// <summary>What the demo reads of a node's management page; members that it does not show are left out.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="HubConnected">Whether it is attached to the hub.</param>
/// <param name="Peers">One entry per peer.</param>
/// <param name="Blocks">Closed blocks, oldest first.</param>
internal sealed record NodeStatus(
    string Node, bool HubConnected, IReadOnlyList<NodePeer>? Peers, IReadOnlyList<ClosedBlock>? Blocks);
