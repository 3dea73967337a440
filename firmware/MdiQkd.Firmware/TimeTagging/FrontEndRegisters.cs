namespace MdiQkd.Firmware.TimeTagging;

/// <summary>
/// SPI commands of the front end, firmware/FRONT-END.md. Short transactions are 24 bytes; what the master sends ends with a checksum over the
/// bytes before it, and so does what it receives, from byte 4 on.
/// </summary>
public static class FrontEndRegisters
{
    /// <summary>Bytes of a short transaction, and of the prefix of a block.</summary>
    public const int ShortBytes = 24;

    /// <summary>First byte of the checksum of a short transaction or prefix.</summary>
    public const int ChecksumOffset = 20;

    /// <summary>First byte of an answer that means something.</summary>
    public const int AnswerOffset = 4;

    /// <summary>Start a capture.</summary>
    public const byte StartOpcode = 0x01;

    /// <summary>End the capture.</summary>
    public const byte StopOpcode = 0x02;

    /// <summary>Read the state.</summary>
    public const byte StatusOpcode = 0x05;

    /// <summary>Read the oldest block.</summary>
    public const byte BlockOpcode = 0x0B;

    /// <summary>Forget all blocks below a number.</summary>
    public const byte ReleaseOpcode = 0x0C;

    /// <summary>Read name, version and format.</summary>
    public const byte IdentifyOpcode = 0x9F;

    /// <summary>"MQFE" of the identification, read little-endian.</summary>
    public const uint IdentifyMagic = 0x4546514D;

    /// <summary>"MQFB" of a block, read little-endian.</summary>
    public const uint BlockMagic = 0x4246514D;

    /// <summary>"MQFS" of a status, read little-endian; every command but identify and block is answered by the status.</summary>
    public const uint StatusMagic = 0x5346514D;

    /// <summary>Version of the commands.</summary>
    public const int Version = 1;

    /// <summary>Status bit: a capture runs.</summary>
    public const int RunningBit = 1;

    /// <summary>Status bit: the reference clock is there.</summary>
    public const int ReferenceBit = 2;
}
