using System.Diagnostics;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>
/// Real time as a board would see it. A microcontroller has its processor to itself: when this machine gives the firmware's thread no turn for a
/// while, the board's time stands still, or every busy machine would look like coils that stay on too long. Only the firmware's own looks
/// move the clock.
/// </summary>
internal sealed class SteadyClock : IDeviceClock
{
    // Five idle rounds of the firmware's loop; a tenth of what counts as a pulse that is too long.
    private const int StepMsMax = 5;

    private static readonly long TicksPerMs = Stopwatch.Frequency / 1000;

    private long lastTicks;
    private long boardTicks;
    private int owner;

    /// <inheritdoc/>
    public long NowMs
    {
        get
        {
            if (Environment.CurrentManagedThreadId == owner)
            {
                long now = Stopwatch.GetTimestamp();
                Volatile.Write(ref boardTicks, boardTicks + Math.Min(now - lastTicks, StepMsMax * TicksPerMs));
                lastTicks = now;
            }

            return Volatile.Read(ref boardTicks) / TicksPerMs;
        }
    }

    /// <summary>The calling thread is the firmware's: time begins.</summary>
    public void Start()
    {
        lastTicks = Stopwatch.GetTimestamp();
        owner = Environment.CurrentManagedThreadId;
    }
}
