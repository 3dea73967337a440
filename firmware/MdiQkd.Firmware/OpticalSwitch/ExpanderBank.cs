using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// Sixteen lines of an MCP23S17 SPI expander, each an output or an input. After power-up all lines of the chip are inputs: pull-downs at
/// the coil drivers keep them off. Every write is read back. Registers with IOCON.BANK = 0 (Microchip DS20001952, table 3-3).
/// </summary>
public sealed class ExpanderBank : IOutputBank, IInputBank
{
    private const int DirectionA = 0x00;
    private const int PortA = 0x12;
    private const int LatchA = 0x14;

    private readonly ISpiBus bus;
    private readonly byte opcode;
    private readonly int inputMask;
    private readonly byte[] write = new byte[4];
    private readonly byte[] read = new byte[4];
    private int latch;
    private bool hasFailed;
    private int levels;

    /// <summary>Sets up the chip: outputs low first, then their direction.</summary>
    /// <param name="bus">SPI mode 0, at most 10 MHz.</param>
    /// <param name="address">Hardware address A2..A0, 0 to 7.</param>
    /// <param name="inputMask">Bit k makes line k an input; lines 0 to 7 are port A, 8 to 15 port B.</param>
    public ExpanderBank(ISpiBus bus, int address, int inputMask)
    {
        this.bus = bus;
        this.inputMask = inputMask;
        opcode = (byte)(0x40 | (address << 1));
        WriteRegister(LatchA, 0);
        WriteRegister(DirectionA, inputMask);
    }

    /// <inheritdoc cref="IOutputBank.Lines"/>
    public int Lines => 16;

    /// <summary>What the chip read back last, for the fault's detail.</summary>
    public int LastReadBack { get; private set; }

    /// <inheritdoc/>
    public void Set(int line, bool on) => latch = on ? latch | (1 << line) : latch & ~(1 << line);

    /// <inheritdoc/>
    public bool Apply()
    {
        // Directions are written again each time: a chip that lost its supply for a moment comes back with inputs only.
        hasFailed = false;
        WriteRegister(LatchA, latch);
        WriteRegister(DirectionA, inputMask);
        LastReadBack = ReadRegister(LatchA);
        return LastReadBack == latch && ReadRegister(DirectionA) == inputMask && !hasFailed;
    }

    /// <inheritdoc/>
    public bool Refresh()
    {
        hasFailed = false;
        bool isSound = ReadRegister(DirectionA) == inputMask;
        levels = ReadRegister(PortA);
        return isSound && !hasFailed;
    }

    /// <inheritdoc/>
    public bool IsHigh(int line) => (levels & (1 << line)) != 0;

    private void WriteRegister(int address, int value)
    {
        write[0] = opcode;
        write[1] = (byte)address;
        write[2] = (byte)value;
        write[3] = (byte)(value >> 8);
        hasFailed |= !SpiTransaction.Try(bus, write, read);
    }

    private int ReadRegister(int address)
    {
        write[0] = (byte)(opcode | 1);
        write[1] = (byte)address;
        write[2] = 0;
        write[3] = 0;
        hasFailed |= !SpiTransaction.Try(bus, write, read);
        return read[2] | (read[3] << 8);
    }
}
