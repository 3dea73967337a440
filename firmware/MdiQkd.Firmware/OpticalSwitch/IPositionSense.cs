namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Reads the position of a switch unit from its sense contacts.</summary>
public interface IPositionSense
{
    /// <summary>Position now.</summary>
    /// <returns>A port, 0 = dark, or <see cref="Wire.SwitchStatus.BetweenPorts"/>.</returns>
    int Read();
}
