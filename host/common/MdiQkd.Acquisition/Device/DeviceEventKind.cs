namespace MdiQkd.Acquisition.Device;

/// <summary>What happened without being asked for.</summary>
public enum DeviceEventKind
{
    /// <summary>A fault came.</summary>
    FaultRaised = 1,

    /// <summary>A fault is gone.</summary>
    FaultGone,

    /// <summary>The switch went dark or lost its position.</summary>
    SwitchMoved,

    /// <summary>The link is lost; it is opened again.</summary>
    LinkLost,

    /// <summary>The link is back and the board still in the session.</summary>
    LinkRestored,

    /// <summary>The board restarted or served another host: settings are at their defaults, the light is off, no capture runs.</summary>
    SessionLost,
}
