namespace MdiQkd.Firmware.Adapters.HubBoard;

/// <summary>How the two units of the optical switch are driven.</summary>
public enum SwitchWiring
{
    /// <summary>No switch.</summary>
    None = 0,

    /// <summary>Latching coils through one MCP23S17, position contacts through another: unit 1 on port A, unit 2 on port B.</summary>
    CoilsOnExpanders = 1,

    /// <summary>Latching coils and position contacts on pins.</summary>
    CoilsOnPins = 2,

    /// <summary>Address lines and strobe, position lines and a valid line on pins.</summary>
    AddressOnPins = 3,

    /// <summary>Modules of the Sercalo class, each on a serial port.</summary>
    Serial = 4,

    /// <summary>Latching coils on two 74HC595 in a chain, unit 1 on the first; position contacts on pins.</summary>
    CoilsOnShiftRegisters = 5,
}
