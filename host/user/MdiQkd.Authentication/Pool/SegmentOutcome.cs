namespace MdiQkd.Authentication.Pool;

/// <summary>What became of a change to the pool's segments or roots.</summary>
public enum SegmentOutcome
{
    /// <summary>Done and durable.</summary>
    Done,

    /// <summary>It was so already; nothing changed.</summary>
    AlreadyDone,

    /// <summary>No such segment or root is held.</summary>
    Unknown,

    /// <summary>This id was retired before: taking it again would use pads twice.</summary>
    Retired,

    /// <summary>The table is full.</summary>
    TooMany,

    /// <summary>The key found no place on the medium, such as on a full disk; nothing changed, and it may be tried again.</summary>
    NotWritten,

    /// <summary>The file could not be written; the pool takes no further work.</summary>
    StorageFailed,
}
