namespace MdiQkd.VirtualBoard.Chips;

/// <summary>MCP23S17 expander with IOCON.BANK = 0: direction, port and latch registers of two ports of eight lines.</summary>
public sealed class Mcp23S17Chip : ISpiChip
{
    private const int DirectionA = 0x00;
    private const int PortA = 0x12;
    private const int LatchA = 0x14;

    private readonly byte[] registers = new byte[0x16];
    private readonly int address;
    private readonly Func<int, bool> input;

    /// <summary>Makes a chip after power-up: all lines are inputs.</summary>
    /// <param name="address">Hardware address, 0 to 7.</param>
    /// <param name="input">Level at an input line, 0 to 15.</param>
    public Mcp23S17Chip(int address, Func<int, bool> input)
    {
        this.address = address;
        this.input = input;
        PowerUp();
    }

    /// <summary>Levels of the lines that are outputs; low, by pull-downs, while they are inputs.</summary>
    public SignalLine[] Outputs { get; } = [.. Enumerable.Range(0, 16).Select(_ => new SignalLine())];

    /// <summary>Bits of the output latch that stay low, as in a damaged chip.</summary>
    public int StuckLowMask { get; set; }

    /// <summary>Whether the chip does not answer.</summary>
    public bool IsAbsent { get; set; }

    /// <summary>The supply dips: all registers as after power-up.</summary>
    public void PowerUp()
    {
        Array.Clear(registers);
        registers[DirectionA] = 0xFF;
        registers[DirectionA + 1] = 0xFF;
        Drive();
    }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        miso.Clear();
        if (IsAbsent || mosi[0] >> 1 != (0x40 >> 1 | address))
        {
            miso.Fill(IsAbsent ? (byte)0xFF : (byte)0);
            return;
        }

        bool isRead = (mosi[0] & 1) != 0;
        for (int i = 2; i < mosi.Length; i++)
        {
            int register = (mosi[1] + i - 2) % registers.Length;
            if (isRead)
            {
                miso[i] = Read(register);
            }
            else
            {
                Write(register, mosi[i]);
            }
        }

        if (!isRead)
        {
            Drive();
        }
    }

    private byte Read(int register)
    {
        if (register is not (PortA or (PortA + 1)))
        {
            return registers[register];
        }

        int value = 0;
        int port = register - PortA;
        for (int bit = 0; bit < 8; bit++)
        {
            bool isInput = (registers[DirectionA + port] & (1 << bit)) != 0;
            int line = (8 * port) + bit;
            value |= (isInput ? input(line) : Outputs[line].Level) ? 1 << bit : 0;
        }

        return (byte)value;
    }

    private void Write(int register, byte value)
    {
        int target = register is PortA or (PortA + 1) ? register - PortA + LatchA : register;
        registers[target] = target >= LatchA ? (byte)(value & ~(StuckLowMask >> (8 * (target - LatchA)))) : value;
    }

    private void Drive()
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int line = 0; line < 16; line++)
            {
                int mask = 1 << (line & 7);
                bool level = (registers[DirectionA + (line >> 3)] & mask) == 0 && (registers[LatchA + (line >> 3)] & mask) != 0;
                if (level == (pass == 1))
                {
                    Outputs[line].Level = level;
                }
            }
        }
    }
}
