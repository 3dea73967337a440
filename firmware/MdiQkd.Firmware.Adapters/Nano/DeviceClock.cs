using System;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Milliseconds of the board's tick counter.</summary>
public sealed class DeviceClock : IDeviceClock
{
    /// <inheritdoc/>
    public long NowMs => Environment.TickCount64;
}
