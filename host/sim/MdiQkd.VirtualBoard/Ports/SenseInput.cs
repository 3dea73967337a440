using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>An input pin whose level is computed when it is read.</summary>
/// <param name="level">Yields the level.</param>
public sealed class SenseInput(Func<bool> level) : IDigitalInput
{
    /// <inheritdoc/>
    public bool Read() => level();
}
