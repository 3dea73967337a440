using System.Diagnostics;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Milliseconds of the monotonic clock. Not Environment.TickCount64: on Linux that moves in steps of up to 4 ms.</summary>
public sealed class DeviceClock : IDeviceClock
{
    private readonly long startTicks = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public long NowMs => (Stopwatch.GetTimestamp() - startTicks) / (Stopwatch.Frequency / 1000);
}
