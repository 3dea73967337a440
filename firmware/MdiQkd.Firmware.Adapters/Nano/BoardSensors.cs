using MdiQkd.Firmware.Ports;
using nanoFramework.Runtime.Native;

namespace MdiQkd.Firmware.Adapters;

/// <summary>Free memory of the managed heap; these boards have no thermometer.</summary>
public sealed class BoardSensors : IBoardSensors
{
    // The firmware allocates nothing after start, and each look collects garbage: 13 MB of heap take long.
    private const int LookIntervalMs = 60_000;

    private readonly IDeviceClock clock;
    private long lookNextMs;
    private uint freeBytes;

    /// <summary>Takes the clock.</summary>
    public BoardSensors(IDeviceClock clock)
    {
        this.clock = clock;
    }

    /// <inheritdoc/>
    public bool HasThermometer => false;

    /// <inheritdoc/>
    public bool TryReadTemperature(out int milliC)
    {
        milliC = 0;
        return false;
    }

    /// <inheritdoc/>
    public uint FreeMemoryBytes()
    {
        if (clock.NowMs >= lookNextMs)
        {
            lookNextMs = clock.NowMs + LookIntervalMs;
            freeBytes = GC.Run(false);
        }

        return freeBytes;
    }
}
