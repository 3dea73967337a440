namespace MdiQkd.KeyDelivery.Storage;

/// <summary>
/// State of a chunk in the store file. Delivery and destruction are one transaction: a delivered chunk has no row any more,
/// and a missing row below the chunk count of a known block means "destroyed".
/// </summary>
internal enum ChunkState
{
    /// <summary>Of a pending block.</summary>
    Pending = 1,

    /// <summary>Of a confirmed block and assigned to nobody.</summary>
    Confirmed = 2,

    /// <summary>Bound to one assignment, for ever.</summary>
    Reserved = 3,
}
