namespace MdiQkd.Authentication.Pool;

/// <summary>Why a message was not sealed.</summary>
public enum SealRefusal
{
    /// <summary>It was sealed.</summary>
    None = 0,

    /// <summary>No segment that the peer acknowledged has a pad left for sending.</summary>
    Exhausted,

    /// <summary>The segment was retired while the message was being built.</summary>
    SegmentRetired,

    /// <summary>The pad's record fails its checksum; it counts as spent.</summary>
    Damaged,

    /// <summary>The file could not be written; the pool takes no further work.</summary>
    StorageFailed,
}
