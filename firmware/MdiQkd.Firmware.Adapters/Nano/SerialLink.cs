using System;
using System.IO.Ports;
using System.Threading;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>
/// A UART of the board: eight bits, no parity, one stop bit, no flow control. Writing to the port waits for the wire, so a thread
/// of its own does it: of two buffers one is written while the other fills.
/// </summary>
public sealed class SerialLink : IByteLink
{
    // The runtime waits for a write of under 20 ms as a whole and lets other threads run during a longer one: 4096 bytes are 44 ms at
    // 921,600 baud. A short frame holds the main loop up by its own length.
    private const int BufferBytes = 4096;
    private const int WriteTimeoutMs = 1000;

    private readonly SerialPort port;
    private readonly AutoResetEvent wake;
    private readonly AutoResetEvent hasWork = new AutoResetEvent(false);
    private readonly object gate = new object();
    private byte[] filling = new byte[BufferBytes];
    private byte[] writing = new byte[BufferBytes];
    private int filled;

    /// <summary>Opens the port.</summary>
    /// <param name="portName">COM1, COM2, ...</param>
    /// <param name="baudRate">Bits per second.</param>
    /// <param name="wake">Set when bytes arrive and when there is room for more.</param>
    public SerialLink(string portName, int baudRate, AutoResetEvent wake)
    {
        this.wake = wake;
        port = new SerialPort(portName, baudRate)
        {
            Handshake = Handshake.None,
            WriteTimeout = WriteTimeoutMs,
            ReadBufferSize = 1024,
        };
        port.DataReceived += (sender, received) => wake.Set();
        port.Open();
        new Thread(WriteAll).Start();
    }

    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        int waiting = port.BytesToRead;
        int taken = waiting < count ? waiting : count;
        return taken > 0 ? port.Read(buffer, offset, taken) : 0;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        lock (gate)
        {
            int room = BufferBytes - filled;
            int taken = room < count ? room : count;
            Array.Copy(buffer, offset, filling, filled, taken);
            filled += taken;
            hasWork.Set();
            return taken;
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            hasWork.WaitOne();
            int count = Swap();
            try
            {
                if (count > 0)
                {
                    port.Write(writing, 0, count);
                }
            }
            catch (Exception)
            {
                // A port that takes nothing for a second drops these bytes: the host finds its place again at the next frame and sees the gap.
            }

            wake.Set();
        }
    }

    private int Swap()
    {
        lock (gate)
        {
            byte[] full = filling;
            filling = writing;
            writing = full;
            int count = filled;
            filled = 0;
            return count;
        }
    }
}
