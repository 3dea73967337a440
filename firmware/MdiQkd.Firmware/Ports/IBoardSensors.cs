namespace MdiQkd.Firmware.Ports;

/// <summary>What a board knows of itself.</summary>
public interface IBoardSensors
{
    /// <summary>Whether there is a thermometer.</summary>
    bool HasThermometer { get; }

    /// <summary>Temperature.</summary>
    /// <param name="milliC">Thousandths of a degree Celsius.</param>
    /// <returns>False if there is no thermometer or it does not answer.</returns>
    bool TryReadTemperature(out int milliC);

    /// <summary>Free memory in bytes.</summary>
    uint FreeMemoryBytes();
}
