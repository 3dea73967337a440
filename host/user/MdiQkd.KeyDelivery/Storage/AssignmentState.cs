namespace MdiQkd.KeyDelivery.Storage;

/// <summary>State of an assignment in the store file; a finished assignment has no row.</summary>
internal enum AssignmentState
{
    /// <summary>Issued here, waiting for the peer's acknowledgement; the caller waits too.</summary>
    Issuing = 1,

    /// <summary>Issued here, the caller is gone: key bits erased here, to be burnt at the peer.</summary>
    Burning = 2,

    /// <summary>Issued by the peer; the slave, who is served here, may fetch the keys once.</summary>
    Fetchable = 3,
}
