using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Storage;

/// <summary>A block of which the store still holds keys that are assigned to nobody.</summary>
/// <param name="Block">The block.</param>
/// <param name="Chunks">Number of 256-bit chunks that the block was stored with.</param>
/// <param name="Confirmed">Whether the peer is known to have stored it too.</param>
public readonly record struct HeldBlock(BlockId Block, int Chunks, bool Confirmed);
