namespace MdiQkd.KeyDelivery.Storage;

/// <summary>What became of a block handed to the key store.</summary>
public enum AddOutcome
{
    /// <summary>Stored durably, pending.</summary>
    Stored = 1,

    /// <summary>It was stored before; nothing changed.</summary>
    AlreadyHeld = 2,

    /// <summary>The block was discarded before (also by agreement with the peer) and may never come back.</summary>
    Discarded = 3,

    /// <summary>The store holds as many keys for this peer as it may.</summary>
    StoreFull = 4,
}
