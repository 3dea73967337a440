namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>How far a switch unit has come with its last command.</summary>
public enum UnitDrive
{
    /// <summary>Driven; the mechanics may still move.</summary>
    Done = 0,

    /// <summary>Still driving.</summary>
    Busy = 1,

    /// <summary>The unit does not answer, or refuses.</summary>
    NoReply = 2,

    /// <summary>The driver chip does not read back what was written.</summary>
    DriverFault = 3,

    /// <summary>A coil was energised for too long.</summary>
    PulseLong = 4,
}
