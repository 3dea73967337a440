using System;
using System.IO;
using System.Threading;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.Firmware.Adapters;

/// <summary>
/// A stream that waits - terminal, pipe, socket - as a link that does not: one thread reads, one writes. Open until either end closes or
/// fails; then it stays closed.
/// </summary>
public sealed class StreamLink : IByteLink, IDisposable
{
    private const int ChunkBytes = 1 << 14;
    private const int QueueBytes = 1 << 16;

    private readonly Stream stream;
    private readonly AutoResetEvent wake;
    private readonly ByteQueue incoming = new ByteQueue(QueueBytes);
    private readonly ByteQueue outgoing = new ByteQueue(QueueBytes);
    private readonly ManualResetEvent closed = new ManualResetEvent(false);
    private int isClosed;

    /// <summary>Takes the stream and begins to read.</summary>
    /// <param name="stream">Read by one thread while another writes; owned by this link from here on.</param>
    /// <param name="wake">Set when bytes arrive, when there is room for more, and at the end; must outlive this link.</param>
    public StreamLink(Stream stream, AutoResetEvent wake)
    {
        this.stream = stream;
        this.wake = wake;
        Start("link reader", ReadAll);
        Start("link writer", WriteAll);
    }

    /// <inheritdoc/>
    public bool IsOpen => Volatile.Read(ref isClosed) == 0;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count) => incoming.Take(buffer, offset, count);

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => outgoing.Put(buffer, offset, count);

    /// <summary>Waits until the link has closed.</summary>
    public void WaitForClose() => closed.WaitOne();

    /// <summary>Closes both ends.</summary>
    public void Dispose() => Close();

    private static void Start(string name, ThreadStart run) => new Thread(run) { IsBackground = true, Name = name }.Start();

    private void ReadAll()
    {
        byte[] chunk = new byte[ChunkBytes];
        try
        {
            int count;
            while ((count = stream.Read(chunk, 0, chunk.Length)) > 0)
            {
                for (int at = 0; at < count && incoming.WaitForRoom();)
                {
                    at += incoming.Put(chunk, at, count - at);
                    wake.Set();
                }
            }
        }
        catch (Exception e) when (e is IOException || e is ObjectDisposedException)
        {
            // The other end is gone: IsOpen says so, and the firmware reports it as a lost link.
        }

        Close();
    }

    private void WriteAll()
    {
        byte[] chunk = new byte[ChunkBytes];
        try
        {
            while (outgoing.WaitForBytes())
            {
                int count = outgoing.Take(chunk, 0, chunk.Length);
                wake.Set();
                stream.Write(chunk, 0, count);
                stream.Flush();
            }
        }
        catch (Exception e) when (e is IOException || e is ObjectDisposedException)
        {
            // As above.
        }

        Close();
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            incoming.Close();
            outgoing.Close();
            stream.Dispose();
            closed.Set();
            wake.Set();
        }
    }
}
