using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Input lines directly on GPIO pins.</summary>
public sealed class GpioInputBank : IInputBank
{
    private readonly IDigitalInput[] pins;
    private readonly bool[] levels;

    /// <summary>Takes the pins.</summary>
    public GpioInputBank(IDigitalInput[] pins)
    {
        this.pins = pins;
        levels = new bool[pins.Length];
    }

    /// <inheritdoc/>
    public int Lines => pins.Length;

    /// <inheritdoc/>
    public bool Refresh()
    {
        for (int i = 0; i < pins.Length; i++)
        {
            levels[i] = pins[i].Read();
        }

        return true;
    }

    /// <inheritdoc/>
    public bool IsHigh(int line) => levels[line];
}
