namespace MdiQkd.Firmware.Ports;

/// <summary>One chip on an SPI bus: mode, clock and chip select are the adapter's.</summary>
public interface ISpiBus
{
    /// <summary>
    /// One transaction with chip select low throughout. Whole arrays, since partial buffers are written differently on the two
    /// platforms. An exception of the platform means that the bus failed.
    /// </summary>
    /// <param name="write">Bytes to the chip.</param>
    /// <param name="read">Bytes from the chip, as many; read[k] is clocked in while write[k] goes out.</param>
    void Transfer(byte[] write, byte[] read);
}
