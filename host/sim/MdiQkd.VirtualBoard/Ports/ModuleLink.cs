using MdiQkd.Firmware.Ports;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Ports;

/// <summary>A UART to a simulated serial module.</summary>
/// <param name="module">The module.</param>
public sealed class ModuleLink(SercaloModule module) : IByteLink
{
    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        int read = 0;
        while (read < count && module.Output.TryDequeue(out byte value))
        {
            buffer[offset + read++] = value;
        }

        return read;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            module.Receive(buffer[offset + i]);
        }

        return count;
    }
}
