using System.Device.Spi;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters.HubBoard;

/// <summary>Opens one chip on an SPI bus, most significant bit first: <see cref="SpiBus"/>, or a simulated chip.</summary>
/// <param name="busId">Number of the bus.</param>
/// <param name="chipSelect">Chip select, as <see cref="SpiBus"/> has it.</param>
/// <param name="clockHz">Clock.</param>
/// <param name="mode">Clock polarity and phase.</param>
public delegate ISpiBus SpiOpener(int busId, int chipSelect, int clockHz, SpiMode mode);
