namespace MdiQkd.Firmware.Ports;

/// <summary>A stream of bytes each way: UART, USB serial, TCP or a pipe. No call waits.</summary>
public interface IByteLink
{
    /// <summary>Whether there is another end; a UART is always open.</summary>
    bool IsOpen { get; }

    /// <summary>Takes what has arrived.</summary>
    /// <returns>Bytes put into <paramref name="buffer"/> at <paramref name="offset"/>, 0 to <paramref name="count"/>.</returns>
    int Read(byte[] buffer, int offset, int count);

    /// <summary>Sends what can be sent now.</summary>
    /// <returns>Bytes taken, 0 to <paramref name="count"/>; the rest is to be offered again.</returns>
    int Write(byte[] buffer, int offset, int count);
}
