namespace MdiQkd.Firmware.Ports;

/// <summary>One output line.</summary>
public interface IDigitalOutput
{
    /// <summary>Drives the line.</summary>
    void Write(bool high);
}
