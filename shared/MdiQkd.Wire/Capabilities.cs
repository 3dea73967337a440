using System;

namespace MdiQkd.Wire;

/// <summary>Parts that a board has, 32 bits.</summary>
[Flags]
public enum Capabilities
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>An optical switch.</summary>
    OpticalSwitch = 0x0001,

    /// <summary>The switch reports its position.</summary>
    SwitchReadBack = 0x0002,

    /// <summary>A line that blocks all light whatever the switch does.</summary>
    LightEnable = 0x0004,

    /// <summary>A tagger chip read result by result (AS6500, TDC-GPX2).</summary>
    Tagger = 0x0008,

    /// <summary>A front end that delivers packed blocks.</summary>
    FrontEnd = 0x0010,

    /// <summary>A TDC7200 for bench measurements of pulse delays.</summary>
    BenchTimer = 0x0020,

    /// <summary>A line that says whether the reference clock is there.</summary>
    ReferenceMonitor = 0x0040,

    /// <summary>A hardware watchdog that blocks the light when the firmware stops.</summary>
    HardwareWatchdog = 0x0080,

    /// <summary>A temperature sensor.</summary>
    Thermometer = 0x0100,
}
