namespace MdiQkd.KeyDelivery.Storage;

/// <summary>Keys bound to a master and a slave: what the issuing node tells the other. Names chunks, holds no key bits.</summary>
/// <param name="Id">Random identity; makes every message about it idempotent.</param>
/// <param name="Master">SAE served by the issuing node.</param>
/// <param name="Slave">SAE served by the other node.</param>
/// <param name="SizeBits">Bits of each key; a multiple of 8.</param>
/// <param name="Chunks">The chunks, key by key: <see cref="ChunkReference.PerKey"/> of them for each.</param>
internal sealed record Assignment(Guid Id, string Master, string Slave, int SizeBits, IReadOnlyList<ChunkReference> Chunks);
