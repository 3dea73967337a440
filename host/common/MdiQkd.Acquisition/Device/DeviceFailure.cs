namespace MdiQkd.Acquisition.Device;

/// <summary>Why a board did not do what it was asked.</summary>
public enum DeviceFailure
{
    /// <summary>The port or the connection cannot be opened.</summary>
    Unreachable = 1,

    /// <summary>Nothing came back.</summary>
    Silent,

    /// <summary>What came back is no frame: wrong baud rate, or another device.</summary>
    Garbage,

    /// <summary>The board speaks another version of the protocol.</summary>
    WrongVersion,

    /// <summary>The link closed or failed before the answer.</summary>
    LinkLost,

    /// <summary>The board restarted, or served another host, while it was asked.</summary>
    SessionLost,

    /// <summary>The board refused; nothing changed.</summary>
    Refused,

    /// <summary>The board tried and failed; the fault says why.</summary>
    Faulted,

    /// <summary>The answer does not follow the protocol.</summary>
    BadReply,

    /// <summary>This end closed the session.</summary>
    Closed,
}
