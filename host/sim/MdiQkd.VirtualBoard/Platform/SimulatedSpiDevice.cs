using System.Device.Spi;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Platform;

/// <summary>A simulated chip on a bus of System.Device.Spi: one call is one transaction with chip select low.</summary>
/// <param name="chip">The chip.</param>
/// <param name="gate">Held while the chip works; the same as that of the pins.</param>
/// <param name="chipSelect">Number of the chip select line.</param>
public sealed class SimulatedSpiDevice(ISpiChip chip, Lock gate, int chipSelect) : SpiDevice
{
    /// <inheritdoc/>
    public override SpiConnectionSettings ConnectionSettings { get; } = new(0, chipSelect);

    /// <summary>Whether every transaction fails, as on a bus whose driver is gone.</summary>
    public bool HasFailed { get; set; }

    /// <inheritdoc/>
    public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        if (HasFailed)
        {
            throw new IOException("the simulated SPI bus has failed");
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(readBuffer.Length, writeBuffer.Length, nameof(readBuffer));
        lock (gate)
        {
            chip.Transfer(writeBuffer, readBuffer);
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => TransferFullDuplex(buffer, new byte[buffer.Length]);

    /// <inheritdoc/>
    public override void Read(Span<byte> buffer) => TransferFullDuplex(new byte[buffer.Length], buffer);
}
