using System.Device.Spi;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>One chip on an SPI bus of the board; most significant bit first, chip select active low.</summary>
public sealed class SpiBus : ISpiBus
{
    private readonly SpiDevice device;

    /// <summary>Opens the bus for this chip.</summary>
    /// <param name="busId">Number of the bus.</param>
    /// <param name="chipSelect">Pin of the chip select on a microcontroller; number of the chip select line of the bus on Linux.</param>
    /// <param name="clockHz">Clock.</param>
    /// <param name="mode">Clock polarity and phase.</param>
    public SpiBus(int busId, int chipSelect, int clockHz, SpiMode mode)
    {
        SpiConnectionSettings settings = new SpiConnectionSettings(busId, chipSelect)
        {
            ClockFrequency = clockHz,
            Mode = mode,
            DataFlow = DataFlow.MsbFirst,
            DataBitLength = 8,
        };
        device = SpiDevice.Create(settings);
    }

    /// <summary>Takes a device that is open.</summary>
    public SpiBus(SpiDevice device)
    {
        this.device = device;
    }

    /// <inheritdoc/>
    public void Transfer(byte[] write, byte[] read) => device.TransferFullDuplex(write, read);
}
