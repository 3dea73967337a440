using MdiQkd.Acquisition.Device;
using MdiQkd.Firmware.Ports;

namespace MdiQkd.VirtualBoard.Links;

/// <summary>
/// A link within the process, for any two threads: bounded in both directions, and it can be cut in the middle of a frame. A host connects by
/// <see cref="Connect"/>; the newest one has the board.
/// </summary>
/// <param name="wake">Set when bytes for the board or a host arrive.</param>
/// <param name="capacity">Bytes that may be under way in each direction.</param>
public sealed class PipeBoardLink(AutoResetEvent wake, int capacity = 1 << 20) : IByteLink, IDisposable
{
    private readonly Lock gate = new();
    private HostEnd? host;
    private HostEnd? previous;
    private long cutAfterBytes = long.MaxValue;

    /// <summary>Whether a host is connected; false once between two hosts.</summary>
    public bool IsOpen
    {
        get
        {
            lock (gate)
            {
                bool isSame = previous == host;
                previous = host;
                return isSame && host is { IsOpen: true };
            }
        }
    }

    /// <summary>Connects a host.</summary>
    public IDeviceLink Connect()
    {
        lock (gate)
        {
            host?.Close();
            host = new HostEnd(this, capacity);
        }

        wake.Set();
        return host;
    }

    /// <summary>Cuts the link once so many more bytes have gone to the host; the next host connects as usual.</summary>
    public void CutAfter(long bytes)
    {
        lock (gate)
        {
            cutAfterBytes = bytes;
        }
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        lock (gate)
        {
            return previous == host && host is { IsOpen: true } ? host.ToBoard.Take(buffer.AsSpan(offset, count)) : 0;
        }
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        lock (gate)
        {
            if (previous != host || host is not { IsOpen: true } open)
            {
                return 0;
            }

            int taken = open.ToHost.Put(buffer.AsSpan(offset, (int)Math.Min(count, cutAfterBytes)));
            cutAfterBytes -= cutAfterBytes == long.MaxValue ? 0 : taken;
            if (cutAfterBytes == 0)
            {
                cutAfterBytes = long.MaxValue;
                open.Close();
            }

            open.HasBytes.Set();
            return taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            host?.Close();
        }
    }

    private void Wake() => wake.Set();

    private sealed class HostEnd(PipeBoardLink link, int capacity) : IDeviceLink
    {
        public ByteRing ToHost { get; } = new(capacity);

        public ByteRing ToBoard { get; } = new(capacity);

        public ManualResetEventSlim HasBytes { get; } = new();

        public bool IsOpen { get; private set; } = true;

        public void Close()
        {
            IsOpen = false;
            HasBytes.Set();
        }

        public void Wait(int timeoutMs)
        {
            HasBytes.Wait(timeoutMs);
            HasBytes.Reset();
        }

        public int Read(Span<byte> buffer)
        {
            lock (link.gate)
            {
                int count = ToHost.Take(buffer);
                return count > 0 || IsOpen || buffer.IsEmpty ? count : throw new IOException("the board closed the link");
            }
        }

        public int Write(ReadOnlySpan<byte> bytes)
        {
            int taken;
            lock (link.gate)
            {
                taken = IsOpen ? ToBoard.Put(bytes) : throw new IOException("the board closed the link");
            }

            link.Wake();
            return taken;
        }

        public void Dispose()
        {
            lock (link.gate)
            {
                Close();
            }
        }
    }
}
