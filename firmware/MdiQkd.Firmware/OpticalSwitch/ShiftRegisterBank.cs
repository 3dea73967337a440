using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// Output lines on a chain of 74HC595 shift registers: SER on MOSI, SRCLK on SCK, RCLK on chip select (its rising edge after the
/// transfer takes the outputs over). Output enable is pulled up on the board, so that no coil is driven before the first
/// transfer. With QH' of the last register on MISO every transfer returns what the one before wrote, which shows a broken chain.
/// </summary>
public sealed class ShiftRegisterBank : IOutputBank
{
    private readonly ISpiBus bus;
    private readonly IDigitalOutput outputEnableLow;
    private readonly bool hasLoopBack;
    private readonly byte[] write;
    private readonly byte[] read;
    private readonly byte[] written;

    /// <summary>Clears the chain, then enables its outputs.</summary>
    /// <param name="bus">SPI mode 0, most significant bit first.</param>
    /// <param name="outputEnableLow">The OE lines: low drives the outputs.</param>
    /// <param name="registers">Chips in the chain.</param>
    /// <param name="hasLoopBack">Whether the end of the chain is wired to MISO.</param>
    public ShiftRegisterBank(ISpiBus bus, IDigitalOutput outputEnableLow, int registers, bool hasLoopBack)
    {
        this.bus = bus;
        this.outputEnableLow = outputEnableLow;
        this.hasLoopBack = hasLoopBack;
        write = new byte[registers];
        read = new byte[registers];
        written = new byte[registers];
        outputEnableLow.Write(true);
        outputEnableLow.Write(!SpiTransaction.Try(bus, write, read));
    }

    /// <inheritdoc/>
    public int Lines => 8 * write.Length;

    /// <summary>Byte k of the last read-back; for the fault's detail.</summary>
    public int LastReadBack => read[0];

    /// <inheritdoc/>
    public void Set(int line, bool on)
    {
        // The byte sent first ends in the register at the end of the chain.
        int index = write.Length - 1 - (line >> 3);
        int mask = 1 << (line & 7);
        write[index] = (byte)(on ? write[index] | mask : write[index] & ~mask);
    }

    /// <inheritdoc/>
    public bool Apply()
    {
        bool isSound = SpiTransaction.Try(bus, write, read);
        for (int i = 0; i < write.Length; i++)
        {
            isSound &= !hasLoopBack || read[i] == written[i];
            written[i] = write[i];
        }

        if (!isSound)
        {
            outputEnableLow.Write(true);
        }

        return isSound;
    }
}
