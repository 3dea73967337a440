namespace MdiQkd.VirtualBoard.Chips;

/// <summary>
/// TDC7200 in mode 1: measures the delay between a pulse that leaves the board and its return, in counts of its ring oscillator, with
/// two calibration counts.
/// </summary>
public sealed class Tdc7200Chip : ISpiChip
{
    private const double CountPs = 55.0;

    private readonly byte[] registers = new byte[0x10];
    private readonly int[] values = new int[0x20];
    private readonly int clockHz;

    /// <summary>Makes a chip that is disabled.</summary>
    /// <param name="clockHz">Clock of the chip.</param>
    public Tdc7200Chip(int clockHz = 8_000_000)
    {
        this.clockHz = clockHz;
        Interrupt.Level = true;
        Enable.Changed += _ => PowerUp();
        Pulse.Changed += on => Measure(on);
    }

    /// <summary>ENABLE pin.</summary>
    public SignalLine Enable { get; } = new();

    /// <summary>The board's line into the loop-back.</summary>
    public SignalLine Pulse { get; } = new();

    /// <summary>INTB pin.</summary>
    public SignalLine Interrupt { get; } = new();

    /// <summary>True delay of the loop-back, ps.</summary>
    public int DelayPs { get; set; } = 21_500;

    /// <summary>Whether the loop-back cable is unplugged.</summary>
    public bool IsUnplugged { get; set; }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        miso.Clear();
        int address = mosi[0] & 0x1F;
        if (!Enable.Level)
        {
            return;
        }

        if ((mosi[0] & 0x40) != 0)
        {
            registers[address] = mosi[1];
        }
        else if (address < 0x10)
        {
            miso[1] = registers[address];
        }
        else
        {
            miso[1] = (byte)(values[address] >> 16);
            miso[2] = (byte)(values[address] >> 8);
            miso[3] = (byte)values[address];
        }
    }

    private void PowerUp()
    {
        Array.Clear(registers);
        Array.Clear(values);
        registers[1] = 0x40;
        registers[3] = 0x07;
        Interrupt.Level = true;
    }

    private void Measure(bool on)
    {
        bool isArmed = Enable.Level && (registers[0] & 1) != 0;
        if (!on || !isArmed || IsUnplugged)
        {
            return;
        }

        int periods = (registers[1] >> 6) switch { 0 => 2, 1 => 10, 2 => 20, _ => 40 };
        double clockCounts = 1e12 / clockHz / CountPs;
        values[0x10] = (int)Math.Round(DelayPs / CountPs);
        values[0x1B] = (int)Math.Round(clockCounts);
        values[0x1C] = (int)Math.Round(clockCounts * periods);
        registers[0] &= 0xFE;
        registers[2] = 0x11;
        Interrupt.Level = false;
    }
}
