namespace MdiQkd.Cli.Status;

/// <summary>A node's state towards one peer.</summary>
/// <param name="Peer">The other user.</param>
/// <param name="State">Phase of the open block.</param>
/// <param name="SlotsDone">Slots of the open block that this node has emitted.</param>
/// <param name="Slots">Slots of the open block.</param>
/// <param name="Announced">Events accepted in the open block.</param>
/// <param name="KeyStoreBits">Secret bits in the key store.</param>
/// <param name="Alarm">What an operator must act on; null or empty if there is nothing.</param>
internal sealed record NodePeer(
    string Peer, string? State, long SlotsDone, long Slots, long Announced, long KeyStoreBits, string? Alarm);
