namespace MdiQkd.Authentication.Pool;

/// <summary>Why a pool file is refused.</summary>
public enum KeyPoolFault
{
    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>Another process (or this one) has the pool open.</summary>
    InUse,

    /// <summary>The file cannot be read or written.</summary>
    NotAccessible,

    /// <summary>Others than the owner may read or write the file.</summary>
    PermissionsTooWide,

    /// <summary>Not a pool file, or one of another version.</summary>
    NotAPool,

    /// <summary>The file is shorter than what it describes.</summary>
    Truncated,

    /// <summary>A checksum or a range is wrong.</summary>
    Damaged,

    /// <summary>The pool belongs to another node.</summary>
    WrongNode,

    /// <summary>The pool is shared with another peer.</summary>
    WrongPeer,
}
