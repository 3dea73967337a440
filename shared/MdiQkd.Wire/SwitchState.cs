namespace MdiQkd.Wire;

/// <summary>State of the optical switch, one byte. Light passes in <see cref="LockedOut"/> and <see cref="Connected"/> only.</summary>
public enum SwitchState : byte
{
    /// <summary>Before the first move: the position is not known, the light is blocked.</summary>
    Unknown = 0,

    /// <summary>All light blocked and, where there is a read-back, verified.</summary>
    Dark = 1,

    /// <summary>Opening the connections that change.</summary>
    BreakDriving = 2,

    /// <summary>Waiting until the opened units are at rest, at least the break time.</summary>
    BreakSettling = 3,

    /// <summary>Looking whether the opened units are dark.</summary>
    BreakVerifying = 4,

    /// <summary>Making the new connections.</summary>
    MakeDriving = 5,

    /// <summary>Waiting until the units are at rest.</summary>
    MakeSettling = 6,

    /// <summary>Looking whether the units are where they should be.</summary>
    MakeVerifying = 7,

    /// <summary>Connected; a further move is refused for a short time.</summary>
    LockedOut = 8,

    /// <summary>Connected.</summary>
    Connected = 9,

    /// <summary>Blocking all light.</summary>
    DarkDriving = 10,

    /// <summary>Waiting until all units are at rest.</summary>
    DarkSettling = 11,

    /// <summary>Looking whether all units are dark.</summary>
    DarkVerifying = 12,

    /// <summary>Blocked after a fault; stays so until the faults are cleared.</summary>
    Faulted = 13,
}
