using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>One sense line per position: the first line for dark, the next ones for the ports. Exactly one is high at rest.</summary>
public sealed class OneOfNSense : IPositionSense
{
    private readonly IInputBank bank;
    private readonly int firstLine;
    private readonly int positions;

    /// <summary>Takes the lines.</summary>
    /// <param name="bank">Where they are.</param>
    /// <param name="firstLine">Line of dark.</param>
    /// <param name="ports">User ports.</param>
    public OneOfNSense(IInputBank bank, int firstLine, int ports)
    {
        this.bank = bank;
        this.firstLine = firstLine;
        positions = ports + 1;
    }

    /// <inheritdoc/>
    public int Read()
    {
        if (!bank.Refresh())
        {
            return SwitchStatus.BetweenPorts;
        }

        int found = SwitchStatus.BetweenPorts;
        for (int i = 0; i < positions; i++)
        {
            if (bank.IsHigh(firstLine + i))
            {
                if (found != SwitchStatus.BetweenPorts)
                {
                    return SwitchStatus.BetweenPorts;
                }

                found = i;
            }
        }

        return found;
    }
}
