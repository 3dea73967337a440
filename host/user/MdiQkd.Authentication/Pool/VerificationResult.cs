namespace MdiQkd.Authentication.Pool;

/// <summary>What a receiver makes of a tag. Only <see cref="Valid"/> moves the pool on.</summary>
public enum VerificationResult
{
    /// <summary>The peer sealed exactly this message, and it has not been accepted before.</summary>
    Valid = 0,

    /// <summary>The tag does not fit the message.</summary>
    BadTag,

    /// <summary>The 16th bad tag at this offset, and every tag there from then on: abort the block.</summary>
    AbortBlock,

    /// <summary>The offset was used or passed already: a replay or a message out of order.</summary>
    Replayed,

    /// <summary>The offset lies farther ahead than <see cref="KeyPoolSettings.ForwardJumpMax"/>.</summary>
    JumpTooFar,

    /// <summary>The segment has no such offset.</summary>
    OffsetOutOfRange,

    /// <summary>The address names this node's own sending direction: a reflected message.</summary>
    WrongDirection,

    /// <summary>This pair holds no such segment: never had it, has retired it, or the message is another pair's.</summary>
    UnknownSegment,

    /// <summary>The pad's record fails its checksum.</summary>
    Damaged,

    /// <summary>The file could not be written; the pool takes no further work.</summary>
    StorageFailed,
}
