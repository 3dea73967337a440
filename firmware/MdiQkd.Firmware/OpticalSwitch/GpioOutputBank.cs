using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Output lines directly on GPIO pins.</summary>
public sealed class GpioOutputBank : IOutputBank
{
    private readonly IDigitalOutput[] pins;
    private readonly bool[] levels;

    /// <summary>Takes the pins and drives all low.</summary>
    public GpioOutputBank(IDigitalOutput[] pins)
    {
        this.pins = pins;
        levels = new bool[pins.Length];
        Apply();
    }

    /// <inheritdoc/>
    public int Lines => pins.Length;

    /// <inheritdoc/>
    public void Set(int line, bool on) => levels[line] = on;

    /// <inheritdoc/>
    public bool Apply()
    {
        // Lines go low before any goes high, so that two coils never overlap.
        for (int i = 0; i < pins.Length; i++)
        {
            if (!levels[i])
            {
                pins[i].Write(false);
            }
        }

        for (int i = 0; i < pins.Length; i++)
        {
            if (levels[i])
            {
                pins[i].Write(true);
            }
        }

        return true;
    }
}
