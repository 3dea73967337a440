using MdiQkd.Node.Pair;

namespace MdiQkd.Node.Service;

/// <summary>The management page of a node.</summary>
/// <param name="Node">Name.</param>
/// <param name="HubConnected">Whether the stream to the hub is up.</param>
/// <param name="Randomness">Where random bits come from: the operating system, or the hardware source beside it.</param>
/// <param name="KeyMemory">Whether key is kept out of swap space and core dumps.</param>
/// <param name="Peers">One entry per peer.</param>
/// <param name="Blocks">The newest finished blocks, oldest first.</param>
public sealed record NodeStatus(
    string Node,
    bool HubConnected,
    string Randomness,
    KeyMemoryStatus KeyMemory,
    IReadOnlyList<PairStatus> Peers,
    IReadOnlyList<BlockReport> Blocks);
