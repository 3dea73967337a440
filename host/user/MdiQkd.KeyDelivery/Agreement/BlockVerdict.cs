using MdiQkd.Protocol;

namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>Answer to the claim of a block.</summary>
/// <param name="Block">The claimed block.</param>
/// <param name="Held">Whether the answering node holds it too, now confirmed; if not, it refuses it for ever.</param>
internal readonly record struct BlockVerdict(BlockId Block, bool Held);
