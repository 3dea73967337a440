using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>An output pin on a simulated line.</summary>
/// <param name="line">The line.</param>
public sealed class LineOutput(SignalLine line) : IDigitalOutput
{
    /// <inheritdoc/>
    public void Write(bool high) => line.Level = high;
}
