namespace MdiQkd.Wire;

/// <summary>Why a device did not carry out a request, one byte.</summary>
public enum RefusalReason : byte
{
    /// <summary>No such message type.</summary>
    UnknownCommand = 1,

    /// <summary>The payload has another length than the message type says.</summary>
    BadLength = 2,

    /// <summary>A value outside its range; the detail is the value.</summary>
    OutOfRange = 3,

    /// <summary>Both users were sent to the same measurement input; the detail is the input.</summary>
    TwoUsersOnOneInput = 4,

    /// <summary>One user was sent to both measurement inputs; the detail is the user.</summary>
    OneUserOnTwoInputs = 5,

    /// <summary>No fibre leads from that user to that input; the detail is the user.</summary>
    NotWired = 6,

    /// <summary>The device is still busy with an earlier request of this kind.</summary>
    Busy = 7,

    /// <summary>The switch has moved just now; the detail is the rest of the lock-out in milliseconds.</summary>
    LockedOut = 8,

    /// <summary>A fault forbids it until the faults are cleared; the detail is the <see cref="FaultCode"/>.</summary>
    FaultActive = 9,

    /// <summary>The board has no such part.</summary>
    NotFitted = 10,

    /// <summary>No session: a hello must come first.</summary>
    NoSession = 11,

    /// <summary>Protocol version that the device does not speak; the detail is the version that it speaks.</summary>
    WrongVersion = 12,

    /// <summary>Not while a capture runs or light is switched through.</summary>
    NotNow = 13,

    /// <summary>The part did not do as told; the detail is the <see cref="FaultCode"/> that says why.</summary>
    Failed = 14,
}
