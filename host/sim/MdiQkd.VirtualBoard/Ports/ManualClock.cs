using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>A clock that its owner advances.</summary>
public sealed class ManualClock : IDeviceClock
{
    /// <inheritdoc/>
    public long NowMs { get; private set; }

    /// <summary>Lets time pass.</summary>
    public void Advance(long ms)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ms);
        NowMs += ms;
    }
}
