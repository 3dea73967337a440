using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>"I hold this block, durably, after verifying T3."</summary>
/// <param name="Block">The block.</param>
/// <param name="Chunks">Number of chunks that it was stored with.</param>
internal readonly record struct BlockClaim(BlockId Block, int Chunks);
