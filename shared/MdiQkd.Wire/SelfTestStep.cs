namespace MdiQkd.Wire;

/// <summary>What a self-test step looks at, one byte.</summary>
public enum SelfTestStep : byte
{
    /// <summary>Checksum of a known text: the firmware's arithmetic.</summary>
    Checksum = 1,

    /// <summary>Registers of the tagger chip read back as written; the measured value is the number that differ.</summary>
    TaggerRegisters = 2,

    /// <summary>The reference clock is there.</summary>
    Reference = 3,

    /// <summary>The front end names itself; the measured value is its version.</summary>
    FrontEnd = 4,

    /// <summary>Every switch unit reports dark; the measured value is the number that do not.</summary>
    SwitchDark = 5,

    /// <summary>The switch driver chip reads back its outputs.</summary>
    SwitchDriver = 6,

    /// <summary>The TDC7200 measures the board's calibration pulse; the measured value is the delay in ps.</summary>
    BenchTimer = 7,

    /// <summary>Temperature in its range, thousandths of a degree Celsius.</summary>
    Temperature = 8,

    /// <summary>Free memory, bytes.</summary>
    FreeMemory = 9,
}
