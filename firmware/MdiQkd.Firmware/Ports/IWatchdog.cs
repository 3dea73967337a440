namespace MdiQkd.Firmware.Ports;

/// <summary>Hardware that blocks the light and resets the board when it is not fed.</summary>
public interface IWatchdog
{
    /// <summary>Shows that the main loop goes round.</summary>
    void Feed();
}
