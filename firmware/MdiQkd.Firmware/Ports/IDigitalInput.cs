namespace MdiQkd.Firmware.Ports;

/// <summary>One input line. Interrupts only wake the main loop, which then looks at the level: none can be missed.</summary>
public interface IDigitalInput
{
    /// <summary>Level of the line now; true = high.</summary>
    bool Read();
}
