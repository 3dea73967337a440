namespace MdiQkd.Wire;

/// <summary>Values that a host may change, 16 bits; the device tells default and range. They last until the device restarts.</summary>
public enum ConfigurationKey : ushort
{
    /// <summary>Without a sound frame of the host for this long, ms, the board goes dark.</summary>
    HostTimeoutMs = 1,

    /// <summary>Width of a coil pulse, ms.</summary>
    SwitchPulseMs = 2,

    /// <summary>Wait between the end of a drive and the first look at the position, ms.</summary>
    SwitchSettleMs = 3,

    /// <summary>All light stays blocked for at least this long between two connections, ms.</summary>
    SwitchBreakMs = 4,

    /// <summary>After a move no further one for this long, ms.</summary>
    SwitchLockOutMs = 5,

    /// <summary>A position that does not come within this time, ms, counts as not settled.</summary>
    SwitchVerifyMs = 6,

    /// <summary>Repetitions of a move that was not verified.</summary>
    SwitchRetries = 7,

    /// <summary>Operations after which a switch unit is reported as worn, thousands.</summary>
    SwitchWearLimitThousands = 8,

    /// <summary>Items per tag block.</summary>
    BlockItems = 9,

    /// <summary>A block with tags is sent after this long even if it is not full, ms.</summary>
    BlockFlushMs = 10,

    /// <summary>Bit k enables tagger channel k.</summary>
    ChannelMask = 11,

    /// <summary>Averaging in the tagger chip: 0 off, 1 twofold, 2 fourfold.</summary>
    HighResolution = 12,

    /// <summary>Temperature above which a warning is given, thousandths of a degree Celsius.</summary>
    TemperatureLimitMilliC = 13,

    /// <summary>Operations of the switch unit at measurement input 1 so far: a host restores it after a restart.</summary>
    SwitchOperations1 = 14,

    /// <summary>Operations of the switch unit at measurement input 2 so far.</summary>
    SwitchOperations2 = 15,
}
