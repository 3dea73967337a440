using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>
/// The input of a hardware watchdog that looks for edges (TPS3823 class): without one for its time-out it blocks the light and resets
/// the board. No timer feeds it, only rounds of the main loop.
/// </summary>
public sealed class WatchdogLine : IWatchdog
{
    private readonly IDigitalOutput line;
    private bool isHigh;

    /// <summary>Takes the line.</summary>
    public WatchdogLine(IDigitalOutput line)
    {
        this.line = line;
    }

    /// <inheritdoc/>
    public void Feed()
    {
        isHigh = !isHigh;
        line.Write(isHigh);
    }
}
