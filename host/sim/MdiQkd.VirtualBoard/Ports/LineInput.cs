using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>An input pin on a simulated line.</summary>
/// <param name="line">The line.</param>
public sealed class LineInput(SignalLine line) : IDigitalInput
{
    /// <inheritdoc/>
    public bool Read() => line.Level;
}
