namespace MdiQkd.Wire;

/// <summary>
/// Faults by name, 16 bits. <see cref="FaultText"/> says in words what a technician should look at; firmware/README.md has the
/// same table.
/// </summary>
public enum FaultCode : ushort
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>No sound frame from the host for the configured time; the light was blocked.</summary>
    HostSilent = 1,

    /// <summary>The link closed or refused bytes; the light was blocked.</summary>
    LinkLost = 2,

    /// <summary>Bytes that are no frame; the detail counts them.</summary>
    GarbageReceived = 3,

    /// <summary>A frame failed its checksum or announced too much.</summary>
    FrameCorrupt = 4,

    /// <summary>A frame began and did not end.</summary>
    FrameAbandoned = 5,

    /// <summary>A frame of another protocol version; the detail is that version.</summary>
    WrongVersion = 6,

    /// <summary>Frames of the host are missing by their sequence numbers; the detail is how many.</summary>
    SequenceGap = 7,

    /// <summary>A request of an unknown type; the detail is the type.</summary>
    UnknownCommand = 8,

    /// <summary>A request with a value that cannot be; the detail is the request type.</summary>
    BadRequest = 9,

    /// <summary>A switch unit stayed where it was; the detail is the measurement input.</summary>
    SwitchStuck = 20,

    /// <summary>A switch unit reports a port that was not asked for; the detail is input × 256 + port.</summary>
    SwitchWrongPort = 21,

    /// <summary>A switch unit did not come to rest in time; the detail is the measurement input.</summary>
    SwitchNotSettled = 22,

    /// <summary>A switch unit does not answer; the detail is the measurement input.</summary>
    SwitchNoReply = 23,

    /// <summary>Dark could not be verified; only the light-enable line blocks the light. The detail is the measurement input.</summary>
    SwitchNotDark = 24,

    /// <summary>A switch unit left its port without being told; the detail is input × 256 + port.</summary>
    SwitchMovedUnasked = 25,

    /// <summary>The driver chip of the switch does not read back what was written; the detail is what it reads.</summary>
    SwitchDriverFault = 26,

    /// <summary>A coil was energised for too long because the firmware was held up; the detail is the time in ms.</summary>
    CoilPulseLong = 27,

    /// <summary>Warning: a move had to be repeated; the detail is the measurement input.</summary>
    SwitchRetried = 28,

    /// <summary>Warning: a unit has reached its rated number of operations; the detail is the measurement input.</summary>
    SwitchWorn = 29,

    /// <summary>The tagger chip answers all ones.</summary>
    TaggerAllOnes = 40,

    /// <summary>The tagger chip answers all zeros.</summary>
    TaggerAllZeros = 41,

    /// <summary>A register of the tagger chip reads back differently; the detail is address × 256 + value read.</summary>
    TaggerRegister = 42,

    /// <summary>The reference clock is missing.</summary>
    ReferenceMissing = 43,

    /// <summary>The reference index of the tagger chip stands still although tags come.</summary>
    ReferenceStuck = 44,

    /// <summary>The tagger's FIFO overflowed; the detail is the number of tags lost, if known.</summary>
    FifoOverflow = 45,

    /// <summary>Tags were dropped because host or link are too slow; the detail is the number.</summary>
    LinkBackPressure = 46,

    /// <summary>A result that cannot be right; the detail is the channel.</summary>
    ResultImplausible = 47,

    /// <summary>Tags came too late to be put in order; the detail is the channel.</summary>
    TagsOutOfOrder = 48,

    /// <summary>The time between two tags was too long to count the wraps of the reference index; the detail is the time in s.</summary>
    EpochUncertain = 49,

    /// <summary>The front end does not name itself; the detail is what it answers.</summary>
    FrontEndAbsent = 50,

    /// <summary>A block of the front end has a damaged prefix; it is read again.</summary>
    FrontEndBlock = 51,

    /// <summary>The TDC7200 does not measure the calibration pulse; the detail is its interrupt status.</summary>
    BenchTimer = 52,

    /// <summary>The SPI bus failed.</summary>
    SpiFailed = 53,

    /// <summary>The main loop was held up; the detail is the time in ms.</summary>
    LoopLate = 60,

    /// <summary>Too warm; the detail is the temperature in thousandths of a degree Celsius.</summary>
    TemperatureHigh = 61,

    /// <summary>Memory is short; the detail is what is free in bytes.</summary>
    MemoryLow = 62,

    /// <summary>The firmware ran into an exception and went dark.</summary>
    FirmwareError = 63,
}
