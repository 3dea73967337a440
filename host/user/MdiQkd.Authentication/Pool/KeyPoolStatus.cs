namespace MdiQkd.Authentication.Pool;

/// <summary>What is left in a pool.</summary>
/// <param name="SendRemaining">Pads this node may still send with: segments that the peer is known to hold.</param>
/// <param name="ReceiveRemaining">Pads that the peer may still send with, over all segments held here.</param>
/// <param name="PendingRemaining">Pads for sending in segments that the peer has not acknowledged yet.</param>
/// <param name="Segments">Segments held.</param>
/// <param name="Level">Level of the emptier direction.</param>
public sealed record KeyPoolStatus(
    int SendRemaining, int ReceiveRemaining, int PendingRemaining, int Segments, PoolLevel Level)
{
    /// <summary>Whether a new block may be opened: false at low water and below.</summary>
    public bool MayOpenBlock => Level < PoolLevel.LowWater;
}
