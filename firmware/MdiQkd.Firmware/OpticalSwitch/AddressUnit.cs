using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// A 1×N switch with TTL address lines, with or without a strobe that takes the address over. Address 0 is the dark position. The
/// address stands for at least one millisecond before the strobe rises.
/// </summary>
public sealed class AddressUnit : ISwitchUnit
{
    private readonly IOutputBank bank;
    private readonly int firstLine;
    private readonly int addressBits;
    private readonly bool hasStrobe;
    private readonly IPositionSense sense;
    private readonly SwitchSettings settings;
    private long stepMs;
    private int step;
    private UnitDrive result = UnitDrive.Done;

    /// <summary>Takes its lines: address lines, lowest bit first, then the strobe if there is one.</summary>
    /// <param name="bank">Where the lines are.</param>
    /// <param name="firstLine">Line of the lowest address bit.</param>
    /// <param name="addressBits">Address lines.</param>
    /// <param name="hasStrobe">Whether a strobe line follows.</param>
    /// <param name="ports">User ports, below 2^<paramref name="addressBits"/>.</param>
    /// <param name="sense">Position lines, or null if the unit has none.</param>
    /// <param name="settings">Width of the strobe.</param>
    public AddressUnit(
        IOutputBank bank, int firstLine, int addressBits, bool hasStrobe, int ports, IPositionSense sense,
        SwitchSettings settings)
    {
        this.bank = bank;
        this.firstLine = firstLine;
        this.addressBits = addressBits;
        this.hasStrobe = hasStrobe;
        this.sense = sense;
        this.settings = settings;
        Ports = ports;
    }

    /// <inheritdoc/>
    public int Ports { get; }

    /// <inheritdoc/>
    public bool HasReadBack => sense != null;

    /// <inheritdoc/>
    public void Select(int port, long nowMs)
    {
        for (int i = 0; i < addressBits; i++)
        {
            bank.Set(firstLine + i, ((port >> i) & 1) != 0);
        }

        if (hasStrobe)
        {
            bank.Set(firstLine + addressBits, false);
        }

        step = hasStrobe ? 1 : 0;
        stepMs = nowMs;
        result = bank.Apply() ? UnitDrive.Done : UnitDrive.DriverFault;
    }

    /// <inheritdoc/>
    public UnitDrive Poll(long nowMs)
    {
        if (result == UnitDrive.Done && step == 1 && nowMs - stepMs > 1)
        {
            Strobe(true, nowMs);
        }
        else if (result == UnitDrive.Done && step == 2 && nowMs - stepMs > settings.PulseMs)
        {
            Strobe(false, nowMs);
        }

        return result == UnitDrive.Done && step != 0 ? UnitDrive.Busy : result;
    }

    /// <inheritdoc/>
    public int ReadBack() => sense == null ? SwitchStatus.NoReadBack : sense.Read();

    /// <inheritdoc/>
    public void Release()
    {
        // An address is not a drive: without strobe and with the dark address the unit stays or goes where no light passes.
        Select(0, 0);
        step = 0;
    }

    private void Strobe(bool high, long nowMs)
    {
        bank.Set(firstLine + addressBits, high);
        result = bank.Apply() ? UnitDrive.Done : UnitDrive.DriverFault;
        step = high ? 2 : 0;
        stepMs = nowMs;
    }
}
