namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Times and limits of the optical switch; shared by controller and units, so that a change takes effect everywhere.</summary>
public sealed class SwitchSettings
{
    /// <summary>A pulse that lasts longer than its width by more than this counts as a fault, ms: coils are rated for pulses.</summary>
    public const int PulseOverrunMsMax = 30;

    /// <summary>Width of a coil pulse or strobe, ms; latching coils need more than 20.</summary>
    public int PulseMs { get; set; } = 25;

    /// <summary>Wait after the drive before the position is looked at, ms; the mechanics need up to 10.</summary>
    public int SettleMs { get; set; } = 12;

    /// <summary>Least time without light between two connections, ms.</summary>
    public int BreakMs { get; set; } = 5;

    /// <summary>After a move no further one for this long, ms.</summary>
    public int LockOutMs { get; set; } = 20;

    /// <summary>Time for a position to come and stay, ms.</summary>
    public int VerifyMs { get; set; } = 60;

    /// <summary>Repetitions of a move that was not verified.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>Rated operations of a unit, thousands; 10 million for the Panasonic AWAP class.</summary>
    public int WearLimitThousands { get; set; } = 10_000;
}
