namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>A 1×N switch in front of one measurement input. Port 0 is dark: no user reaches the input.</summary>
public interface ISwitchUnit
{
    /// <summary>User ports, from 1 to this.</summary>
    int Ports { get; }

    /// <summary>Whether the unit reports its position.</summary>
    bool HasReadBack { get; }

    /// <summary>Begins to select a port. A coil pulse that is under way ends first.</summary>
    /// <param name="port">0 = dark, or a user port.</param>
    /// <param name="nowMs">Time now.</param>
    void Select(int port, long nowMs);

    /// <summary>Goes on; to be called in every round of the main loop.</summary>
    UnitDrive Poll(long nowMs);

    /// <summary>Position now.</summary>
    /// <returns>A port, <see cref="Wire.SwitchStatus.BetweenPorts"/> or <see cref="Wire.SwitchStatus.NoReadBack"/>.</returns>
    int ReadBack();

    /// <summary>Takes all drive away at once: no coil stays energised.</summary>
    void Release();
}
