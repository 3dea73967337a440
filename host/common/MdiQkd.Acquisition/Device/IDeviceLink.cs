namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Bytes to and from a board: TCP or a serial port. Reading and writing never wait. A link that failed stays failed; it is disposed and
/// another one opened. One thread waits and reads; writing is the session's, under its lock.
/// </summary>
public interface IDeviceLink : IDisposable
{
    /// <summary>Waits until bytes can be read, the link has failed, or the time is over.</summary>
    /// <exception cref="IOException">The link has failed.</exception>
    void Wait(int timeoutMs);

    /// <summary>Takes what has arrived.</summary>
    /// <returns>Bytes; 0 if there are none now.</returns>
    /// <exception cref="IOException">The link closed or failed; the message says how.</exception>
    int Read(Span<byte> buffer);

    /// <summary>Sends what can be sent now.</summary>
    /// <returns>Bytes taken; the rest is to be offered again.</returns>
    /// <exception cref="IOException">The link closed or failed.</exception>
    int Write(ReadOnlySpan<byte> bytes);
}
