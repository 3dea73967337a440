using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>Binary position lines with a valid line, as parallel-interface modules have them.</summary>
public sealed class BinarySense : IPositionSense
{
    private readonly IInputBank bank;
    private readonly int firstLine;
    private readonly int bits;
    private readonly int ports;

    /// <summary>Takes the lines: <paramref name="bits"/> of the position, lowest first, then the valid line.</summary>
    public BinarySense(IInputBank bank, int firstLine, int bits, int ports)
    {
        this.bank = bank;
        this.firstLine = firstLine;
        this.bits = bits;
        this.ports = ports;
    }

    /// <inheritdoc/>
    public int Read()
    {
        if (!bank.Refresh() || !bank.IsHigh(firstLine + bits))
        {
            return SwitchStatus.BetweenPorts;
        }

        int position = 0;
        for (int i = 0; i < bits; i++)
        {
            position |= bank.IsHigh(firstLine + i) ? 1 << i : 0;
        }

        return position <= ports ? position : SwitchStatus.BetweenPorts;
    }
}
