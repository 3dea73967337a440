namespace MdiQkd.KeyDelivery.Storage;

/// <summary>State of a block in the store file. The row of a block stays for ever, so that a block cannot come back.</summary>
internal enum BlockState
{
    /// <summary>Stored here; not known to be stored at the peer.</summary>
    Pending = 1,

    /// <summary>Stored at both nodes.</summary>
    Confirmed = 2,

    /// <summary>Discarded, or refused before it came.</summary>
    Discarded = 3,
}
